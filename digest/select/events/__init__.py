"""Which stories tell one event: their features, how similar two are, and the clusters that follow."""

from digest.select.events.clusters import Matcher, group, match_between, same_event
from digest.select.events.features import plain_title
from digest.select.events.overrule import decided_by, decisions

__all__ = ["Matcher", "decided_by", "decisions", "group", "match_between", "plain_title", "same_event"]
