"""The signals of the score. A file is a signal, named as in ``ranking.weights``; each gives values in [0, 1].

A signal is ``measure(view) -> Callable[[Story], float]``: what needs all candidates at once is worked out
when it is called, the rest for each story.
"""

from digest.select.signals._view import Measure, View

__all__ = ["PLUGIN", "Measure", "View"]

PLUGIN = ("measure",)
