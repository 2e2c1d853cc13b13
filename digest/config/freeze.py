"""Plain JSON data -> the frozen values of ``digest.model``. Needs neither yaml nor pydantic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from digest import model as m

Data = dict[str, Any]
_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)(file:)?([^?]*)(.*)", re.DOTALL)
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")


def newsroom(root: Path, digest: Data, ads: Data, inputs: Mapping[str, str], store: str = "") -> m.Newsroom:
    """Everything, with paths resolved against ``root``; ``store`` wins over the file's."""
    return m.Newsroom(
        root=root,
        publication=publication(digest["publication"]),
        store=database(store or digest["store"], root),
        mailer=digest["mailer"],
        sources=tuple(source(one, root) for one in digest["sources"]),
        sections=sections(digest),
        editions=editions(digest),
        ranking=ranking(digest["ranking"]),
        language_model=digest["events"]["language_model"] or "",
        thin=m.Thin(
            widen=timedelta(seconds=digest["thin"]["widen"]), min_stories=digest["thin"]["min_stories"]
        ),
        links=links(digest["links"]),
        size_budget=digest["size_budget"],
        look=look(digest["look"]),
        ads=ad_book(ads),
        inputs=MappingProxyType(dict(inputs)),
    )


def publication(data: Data) -> m.Publication:
    logo = data["logo"]
    return m.Publication(**{**data, "logo": m.Logo(**logo) if logo else None})


def database(url: str, root: Path) -> str:
    """A SQLAlchemy URL whose SQLite file is absolute; one in memory stays there."""
    found = _SQLITE.fullmatch(url)
    if found is None:
        return url
    scheme, uri, path, query = found[1], found[2] or "", found[3], found[4]
    if path in ("", ":memory:") or path.startswith("/") or _WINDOWS.match(path):
        return url
    return f"{scheme}{uri}{(root / path).as_posix()}{query}"


def source(data: Data, root: Path) -> m.SourceSpec:
    url = data["url"]
    remote = url.lower().startswith(("http://", "https://"))
    return m.SourceSpec(
        name=data["name"],
        type=data["type"],
        url=url if remote else str(root / url),
        weight=data["weight"],
        options=MappingProxyType(data["options"]),
    )


def sections(digest: Data) -> tuple[m.SectionSpec, ...]:
    return tuple(
        m.SectionSpec(
            id=one["id"],
            title=one["title"],
            top=one["top"],
            min=one["min"],
            match=tuple(one["match"] or [one["title"]]),
        )
        for one in digest["sections"] or ()
    )


def editions(digest: Data) -> tuple[m.Edition, ...]:
    return tuple(edition(name, one) for name, one in (digest["editions"] or {}).items())


def edition(name: str, data: Data) -> m.Edition:
    return m.Edition(
        name=name,
        cadence=data["cadence"],
        weekday=data["weekday"],
        cutoff=time.fromisoformat(data["cutoff"]),
        sections=tuple(data["sections"] or ()),
        subject=data["subject"],
        preheader=data["preheader"],
        sender=data["from"],
        expected_sends=data["expected_sends"],
        catch_up=timedelta(seconds=data["catch_up"]),
        late=timedelta(seconds=data["late"]),
        no_repeat=data["no_repeat"],
        no_repeat_for=timedelta(seconds=data["no_repeat_for"]),
        theme=data["theme"],
    )


def ranking(data: Data) -> m.Ranking:
    return m.Ranking(
        half_life=timedelta(seconds=data["half_life"]),
        weights=MappingProxyType(data["weights"]),
        popularity=tuple(data["popularity"]),
        max_per_source=data["max_per_source"],
        max_per_event_day=data["max_per_event_day"],
        diversity=data["diversity"],
    )


def links(data: Data) -> m.Links:
    parameters = {key: value for key, value in data.items() if key != "link_prefix"}
    return m.Links(parameters=MappingProxyType(parameters), link_prefix=data["link_prefix"])


def look(data: Data) -> m.Look:
    return m.Look(
        theme=data["theme"],
        density=data["density"],
        colors=MappingProxyType(data["colors"]),
        fonts=MappingProxyType(data["fonts"]),
    )


def ad_book(ads: Data) -> m.AdBook:
    advertisers = {
        name: m.Advertiser(id=name, name=one["name"] or name, labels=frozenset(one["labels"]))
        for name, one in ads["advertisers"].items()
    }
    return m.AdBook(
        policy=policy(ads["policy"]),
        slots=tuple(slot(name, one) for name, one in ads["slots"].items()),
        advertisers=MappingProxyType(advertisers),
        line_items=tuple(line_item(one) for one in ads["line_items"]),
    )


def policy(data: Data) -> m.Policy:
    exclusion = data["competitive_exclusion"]
    return m.Policy(
        max_ads=data["max_ads"],
        max_ratio=Fraction(data["max_ratio"]),
        min_gap=data["min_gap"],
        max_per_advertiser=data["max_per_advertiser"],
        competitive_exclusion=exclusion["within_stories"] if isinstance(exclusion, dict) else exclusion,
        adjacency_radius=data["adjacency_radius"],
        suppress_near=tuple(data["suppress_near"]),
        sensitive=m.Sensitive(
            sections=frozenset(data["sensitive"]["sections"]),
            keywords=tuple(data["sensitive"]["keywords"]),
        ),
        disclosure=data["disclosure"],
        horizon=data["horizon"],
    )


def slot(name: str, data: Data) -> m.Slot:
    bands = {band: Fraction(weight) for band, weight in (data["bands"] or {}).items()}
    return m.Slot(
        id=name,
        position=data["position"],
        sizes=tuple(data["sizes"]),
        native=data["native"],
        first_after=data["first_after"],
        bands=MappingProxyType(bands),
    )


def line_item(data: Data) -> m.LineItem:
    rate = data["rate"]
    return m.LineItem(
        id=data["id"] or "",
        advertiser=data["advertiser"],
        tier=data["type"],
        flight=flight(data["flight"]) if data["flight"] else None,
        editions=_names(data["editions"]),
        slots=tuple(data["slots"] or ()),
        sections=_names(data["sections"]),
        goal=goal(data["goal"]) if data["goal"] else None,
        pacing=data["pacing"],
        rate=Fraction(rate["per_issue"] if isinstance(rate, dict) else rate),
        frequency_cap=m.FrequencyCap(**data["frequency_cap"]) if data["frequency_cap"] else None,
        adjacency=adjacency(data["adjacency"]),
        exclusive=data["exclusive"],
        companions=tuple(data["companions"]),
        rotation=data["rotation"],
        creatives=tuple(creative(one) for one in data["creatives"] or ()),
    )


def _names(data: list[str] | None) -> tuple[str, ...] | None:
    return None if data is None else tuple(data)


def flight(data: Data) -> m.Flight:
    return m.Flight(
        start=_date(data["start"]),
        end=_date(data["end"]),
        days=frozenset(range(7) if data["days"] is None else data["days"]),
        dates=tuple(sorted({date.fromisoformat(day) for day in data["dates"] or ()})),
    )


def _date(data: str | None) -> date | None:
    return None if data is None else date.fromisoformat(data)


def goal(data: Data) -> m.Goal:
    unit = "sends" if data["issues"] is None else "issues"
    return m.Goal(unit=unit, amount=data[unit])


def adjacency(data: Data) -> m.Adjacency:
    return m.Adjacency(
        avoid_sections=frozenset(data["avoid_sections"]),
        avoid_keywords=tuple(data["avoid_keywords"]),
        avoid_flags=frozenset(data["avoid_flags"]),
    )


def creative(data: Data) -> m.Creative:
    given: Data = {key: "" if value is None else value for key, value in data.items()}
    given["weight"] = Fraction(data["weight"])
    return m.Creative(**given)
