"""A newsletter digest and ad placement engine for news publishers."""

__version__ = "0.1.0"
