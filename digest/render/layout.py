"""Which block a story or an ad becomes: three ranks in a section, and a rhythm that differs between sections."""

from __future__ import annotations

from typing import Final

from digest import model

ADS: Final = ("ad_banner", "ad_native", "sponsor", "presented", "house")
FULL: Final = {"comfortable": 3, "compact": 2}  # stories of a section before they become briefs


def ranked(section: model.Section, number: int, density: str) -> list[str]:
    """The block of each story of the section: the issue's first story leads, then feature, stories, briefs.

    ``number`` counts sections from 1: every other one opens with a wide picture and has one card less.
    """
    opens_wide = number % 2 == 0 and len(section.entries) > 1
    full = FULL.get(density, 3) - opens_wide
    ranks = ["story" if index < full else "brief" for index in range(len(section.entries))]
    if section.entries[0].position == 1:
        ranks[0] = "lead"
    elif opens_wide:
        ranks[0] = "feature"
    return ranks


def ad_block(placed: model.Placement, creative: model.Creative, position: str) -> str:
    """The block of an ad: ours, a picture, a strip under a section's heading, who presents the issue, or words."""
    if placed.tier == "house":
        return "house"
    if creative.image:
        return "ad_banner"
    return {"section_start": "sponsor", "top": "presented"}.get(position, "ad_native")
