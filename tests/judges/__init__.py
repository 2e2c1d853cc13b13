"""Judges of the finished e-mail: markup checkers, a browser, a spam filter. Run by ``make judges``."""
