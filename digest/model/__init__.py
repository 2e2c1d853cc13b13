"""The nouns of the trade, as frozen values. Stages import these and never each other.

Times are aware ``datetime`` values in UTC; dates are issue dates in the publication's zone.
"""

from digest.model.ad_book import AdBook
from digest.model.ads import TIERS, Adjacency, Advertiser, Creative, Flight, FrequencyCap, LineItem
from digest.model.appearance import CustomBlock, Footer, FooterLink, Images, PlainText
from digest.model.audience import Audience
from digest.model.editing import Approval, FileChange, IssueNote, StoryEdit, as_sourced, with_edits
from digest.model.edition import Edition
from digest.model.history import BuiltIssue, RunAd, RunStory
from digest.model.intake import AsItWas, Counts, Reading, Rejected, Validators
from digest.model.issue import Issue, Opening, OptimalityGap, Overrides, Placement, Plan, Refusal, Rendered
from digest.model.likeness import Likeness
from digest.model.look import Links, Look
from digest.model.newsroom import Newsroom, Ranking, SectionSpec, SourceSpec, Thin
from digest.model.policy import Policy, Sensitive, Slot
from digest.model.publication import Logo, Publication
from digest.model.rates import Goal
from digest.model.stories import (
    Entry,
    Image,
    LeftOut,
    Lineup,
    Mark,
    Section,
    Selection,
    Story,
    Window,
)

__all__ = [
    "TIERS", "AdBook", "Adjacency", "Advertiser", "Approval", "AsItWas", "Audience", "BuiltIssue", "Counts", "Creative",
    "CustomBlock", "Edition", "Entry", "FileChange", "Flight", "Footer", "FooterLink", "FrequencyCap", "Goal", "Image",
    "Images", "Issue", "IssueNote", "LeftOut", "Likeness", "LineItem", "Lineup", "Links", "Logo", "Look",
    "Mark", "Newsroom", "Opening", "OptimalityGap", "Overrides", "Placement", "PlainText", "Plan", "Policy",
    "Publication", "Ranking", "Reading", "Refusal", "Rejected", "Rendered", "RunAd", "RunStory", "Section",
    "SectionSpec", "Selection", "Sensitive", "Slot", "SourceSpec", "Story", "StoryEdit", "Thin",
    "Validators", "Window", "as_sourced", "with_edits",
]  # fmt: skip
