"""Which address of an issue belongs to which ad or story: read from the HTML as it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from digest.model.mail import Clicked, LinkClicks
from digest.model.urls import canonical_url

if TYPE_CHECKING:
    from digest.app.reading import PublishedAudience

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkOwner:
    """What an address stands in: an ad (``line_item`` and ``creative``), a ``story``, or neither."""

    line_item: str = ""
    creative: str = ""
    story: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Addresses of one line item, or of one story, are one."""
        return (self.line_item, self.story)


def written(html: str) -> dict[str, set[LinkOwner]]:
    """Every web address of the HTML with what it stands in; a mailer's mark at its end is taken off."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, set[LinkOwner]] = {}
        self.open: list[tuple[str, LinkOwner]] = [("", LinkOwner())]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        owner = self.open[-1][1]
        if "data-line-item" in has:
            owner = LinkOwner(has["data-line-item"], has.get("data-creative", ""))
        elif "data-story" in has:
            owner = LinkOwner(story=has["data-story"])
        href = has.get("href", "")
        if tag == "a" and _WEB.match(href):
            self.found.setdefault(href.removesuffix("@TrackLink"), set()).add(owner)
        if tag not in _VOID:
            self.open.append((tag, owner))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self.open]
        if tag in names[1:]:
            at = len(names) - 1 - names[::-1].index(tag)
            del self.open[at:]


@dataclass(frozen=True, slots=True)
class IssueLinks:
    """What is needed of an issue to say whose a click is."""

    edition: str
    date: date
    owners: Mapping[str, frozenset[LinkOwner]]  # by address as written
    slots: Mapping[str, str]  # of the ads, by line item
    stories: Mapping[str, tuple[str, int]]  # section and position, by story


def links_of(edition: str, day: date, manifest: str, html: str) -> IssueLinks:
    """The issue of a manifest and its HTML; without the HTML the addresses of its stories alone are known."""
    record = json.loads(manifest)
    stories, owners = _stories(record)
    addresses = written(html)
    for address, link_owners in addresses.items():
        owners[address] = frozenset(link_owners)
    slots = {ad["line_item"]: ad["slot"] for ad in record["ads"]["placed"]}
    return IssueLinks(edition, day, owners, slots, stories)


def with_variants(issue: IssueLinks, audience: PublishedAudience) -> IssueLinks:
    """The issue with what only variants of it have; each variant that has something new is read."""
    owners, slots, stories = dict(issue.owners), dict(issue.slots), dict(issue.stories)
    seen = {owner for link_owners in owners.values() for owner in link_owners}
    for variant in audience.variants():
        position = 0
        for section, ids in variant.sections:
            for id in ids:
                position += 1
                stories.setdefault(id, (section, position))
        own = {LinkOwner(story=id) for _, ids in variant.sections for id in ids}
        own |= {LinkOwner(item, creative) for item, creative, _ in variant.ads}
        if own <= seen:
            continue
        seen |= own
        for item, _, slot in variant.ads:
            slots.setdefault(item, slot)
        html = audience.parts(variant)["index.html"].decode("utf-8", "replace")
        for address, found_owners in written(html).items():
            owners[address] = owners.get(address, frozenset()) | found_owners
    return IssueLinks(issue.edition, issue.date, owners, slots, stories)


def _stories(record: dict[str, Any]) -> tuple[dict[str, tuple[str, int]], dict[str, frozenset[LinkOwner]]]:
    stories, owners = {}, {}
    for section in record["sections"]:
        for row in section["stories"]:
            stories[row["id"]] = (section["id"], row["position"])
            owners[row["url"]] = frozenset({LinkOwner(story=row["id"])})
    return stories, owners


def matched(issue: IssueLinks, links: Iterable[LinkClicks]) -> tuple[Clicked, ...]:
    """The clicks with what they belong to, the same address once.

    An address is looked up as it was written; then without what only tracks (``utm_…``), for mailers that report it
    without its parameters or with parameters of their own.
    """
    plain: dict[str, set[LinkOwner]] = {}
    for address, owners in issue.owners.items():
        plain.setdefault(canonical_url(address), set()).update(owners)
    return tuple(_clicked(issue, plain, link) for link in merged(links))


def _clicked(issue: IssueLinks, plain: Mapping[str, set[LinkOwner]], link: LinkClicks) -> Clicked:
    owners = issue.owners.get(link.url) or frozenset(plain.get(canonical_url(link.url), ()))
    base = Clicked(
        edition=issue.edition,
        date=issue.date,
        url=link.url,
        what="unknown",
        unique=link.unique,
        total=link.total,
    )
    named = [owner for owner in owners if owner.line_item or owner.story]
    if not named:
        return replace(base, what="other" if owners else "unknown")
    if len({owner.key for owner in named}) > 1:
        return replace(base, what="shared")
    first = min(named, key=lambda owner: owner.creative)
    if first.line_item:
        slot = issue.slots.get(first.line_item, "")
        return replace(base, what="ad", line_item=first.line_item, creative=first.creative, slot=slot)
    section, position = issue.stories.get(first.story, ("", 0))
    return replace(base, what="story", story=first.story, section=section, position=position)


def merged(links: Iterable[LinkClicks]) -> list[LinkClicks]:
    """Each address once, its counts added up: a mailer may list one link once for each place it stands in."""
    merged_links: dict[str, LinkClicks] = {}
    for link in links:
        url = link.url.strip().removesuffix("@TrackLink")
        before = merged_links.get(url)
        if before is None:
            merged_links[url] = replace(link, url=url)
        else:
            merged_links[url] = LinkClicks(
                url=url, unique=_sum(before.unique, link.unique), total=_sum(before.total, link.total)
            )
    return [merged_links[url] for url in merged_links if url]


def _sum(first: int | None, second: int | None) -> int | None:
    return second if first is None else first if second is None else first + second
