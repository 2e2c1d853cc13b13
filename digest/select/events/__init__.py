"""Which stories tell one event: their features, how similar two are, and the clusters that follow."""

from digest.select.events.clusters import group, match_between, same_event
from digest.select.events.features import plain_title

__all__ = ["group", "match_between", "plain_title", "same_event"]
