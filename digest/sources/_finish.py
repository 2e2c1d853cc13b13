"""What holds for the stories of every source: what the newsroom says of it, and times that can be true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from digest.model import AsItWas, Story
from digest.model.counts import counted
from digest.sources._settings import Common
from digest.sources._times import OLDEST
from digest.sources._values import Context, Found, Remark, Untimed


def finished(
    findings: Iterator[Found], common: Common, context: Context, ahead: timedelta = timedelta()
) -> Iterator[Found]:
    """The same, as the newsroom wants it: chosen by category, bounded, with its flags, tags and section.

    A publication may lie ``ahead`` of tomorrow by so much: the house's own files announce stories.
    """
    kept = beyond = 0
    as_it_is = _leaves_all(common)
    latest = _tomorrow(context) + ahead
    for it in findings:
        if isinstance(it, AsItWas):
            within = common.limit is None or kept < common.limit
            kept, beyond = kept + within, beyond + (not within)
            if within:
                yield it
            continue
        if not isinstance(it, Story):
            yield it
            continue
        reason = "" if as_it_is else _unwanted(it, common)
        if reason:
            yield Remark(context.file, f"a story was left out: {reason}")
        elif common.limit is not None and kept >= common.limit:
            beyond += 1
        else:
            kept += 1
            story = it if as_it_is else _told(it, common)
            if story.published_at is not None and OLDEST <= story.published_at < latest:
                yield story
            else:
                yield from _untimed(story, context)
    if beyond:
        limit = f"beyond the limit of {common.limit}"
        yield Remark(
            context.file, counted(beyond, f"story {limit} was left out", f"stories {limit} were left out")
        )


def _leaves_all(common: Common) -> bool:
    """Whether digest.yaml says nothing that stories would change by."""
    changes = (common.include, common.exclude, common.section, common.flags, common.tags, common.language)
    return not any(changes) and not common.sponsored.categories and not common.sponsored.tags


def _words(story: Story) -> set[str]:
    return {word.casefold() for word in (*story.sections, *story.tags)}


def _unwanted(story: Story, common: Common) -> str:
    words = _words(story)
    if common.include and not words & {name.casefold() for name in common.include}:
        return "none of its categories is in include"
    if words & {name.casefold() for name in common.exclude}:
        return "one of its categories is in exclude"
    return ""


def _told(story: Story, common: Common) -> Story:
    """The story with what digest.yaml says of its source."""
    paid = {name.casefold() for name in (*common.sponsored.categories, *common.sponsored.tags)}
    flags = (*story.flags, *common.flags, *(["sponsored"] if _words(story) & paid else []))
    changes: dict[str, object] = {
        "flags": tuple(dict.fromkeys(flags)),
        "tags": tuple(dict.fromkeys((*story.tags, *common.tags))),
        "language": story.language or common.language,
    }
    if common.section:
        changes["sections"] = (common.section,)
    return replace(story, **changes)  # type: ignore[arg-type]


def _untimed(story: Story, context: Context) -> Iterator[Found]:
    """A story whose time is none, or cannot be true, after what is said of it; none at first is no news."""
    at = story.published_at
    if at is None:
        if context.first:
            yield Untimed(story.url, f"it had no time when {context.spec.name} was read for the first time")
        yield story
        return
    says = f'its time "{at:%Y-%m-%dT%H:%MZ}" is {"before 1990" if at < OLDEST else "later than tomorrow"}'
    yield Remark(context.file, f"{says}; the story runs in no issue")
    yield Untimed(story.url, says, passing=at >= OLDEST)
    yield replace(story, published_at=None)


def _tomorrow(context: Context) -> datetime:
    """The end of tomorrow where the newsroom is."""
    today = context.now.astimezone(context.zone).date()
    return datetime.combine(today + timedelta(days=2), time(), context.zone)
