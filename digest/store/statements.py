"""Every statement of the store, by name: declared once, for SQLite and PostgreSQL.

What they are given and what they find are values of the model: aware times, dates, lists of texts. For SQLite they
are compiled ahead of time (:mod:`digest.store.freeze`), so that an ordinary build imports no SQLAlchemy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    Executable,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from digest.store.rows import AD_FIELDS, FIELDS, ISSUE_FIELDS, KNOWN_FIELDS, MARK_FIELDS, RUN_FIELDS
from digest.store.schema import (
    issues,
    manifests,
    marks,
    ran_ads,
    ran_stories,
    receipts,
    sources,
    stories,
    version,
)


class Texts(TypeDecorator[Sequence[str]]):
    """A list of texts that a statement is given: one parameter, JSON where the database has no arrays."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)


@cache
def statements(*, sqlite: bool) -> dict[str, Executable]:
    """All of them."""
    return {
        "revision": select(version.c.version_num),
        **_stories(sqlite),
        **_intake(sqlite),
        **_desk(),
        **_sources(),
        **_ledger(),
        **_ran(sqlite),
        **_records(),
    }


def _given(column: Column[Any], name: str = "") -> BindParameter[Any]:
    """A parameter of a column's type."""
    return bindparam(name or column.name, type_=column.type)


def _among(column: Column[Any], name: str, sqlite: bool) -> ColumnElement[bool]:
    """Whether a text is in the list that is given."""
    if not sqlite:
        return column == any_(bindparam(name, type_=ARRAY(Text)))
    values = func.json_each(bindparam(name, type_=Texts)).table_valued("value")
    return column.in_(select(values.c.value))


def _adding(table: Table) -> Any:
    """A new row; its ``number`` is the database's."""
    return insert(table).values(dict(_parameters(table)))


def _parameters(table: Table) -> Iterator[tuple[str, BindParameter[Any]]]:
    return ((column.name, _given(column)) for column in table.c if column.name != "number")


def _stories(sqlite: bool) -> dict[str, Executable]:
    c = stories.c
    chosen = select(*(c[name] for name in FIELDS))

    def span(column: Column[Any]) -> ColumnElement[bool]:
        return and_(column >= _given(column, "start"), column < _given(column, "end"))

    title = func.lower(c.title).like(bindparam("pattern", type_=Text), escape="/")
    return {
        "stories_of_span": chosen.where(span(c.runs_from)),
        "stories_embargoed_in_span": chosen.where(span(c.embargoed_from)),
        "stories_of_ids": chosen.where(_among(c.id, "ids", sqlite)),
        "stories_by_title": chosen.where(title).order_by(c.runs_from.desc()),
        "stories_of_span_by_title": chosen.where(span(c.runs_from), title).order_by(c.runs_from.desc()),
    }


def _intake(sqlite: bool) -> dict[str, Executable]:
    known = select(*(stories.c[name] for name in KNOWN_FIELDS))
    change = update(stories).where(stories.c.number == bindparam("at_number"))
    changed = {name: value for name, value in _parameters(stories) if name != "id"}
    return {
        "known_of_keys": known.where(_among(stories.c.key, "keys", sqlite)),
        "known_of_ids": known.where(_among(stories.c.id, "ids", sqlite)),
        "add_story": _adding(stories),
        "change_story": change.values(changed),
    }


def _desk() -> dict[str, Executable]:
    history = select(*(marks.c[name] for name in MARK_FIELDS)).order_by(marks.c.number)
    return {
        "marks": history,
        "marks_of_story": history.where(marks.c.story == _given(marks.c.story)),
        "add_mark": _adding(marks),
    }


def _sources() -> dict[str, Executable]:
    c = sources.c
    this = and_(c.name == bindparam("this_name", type_=Text), c.url == bindparam("this_url", type_=Text))
    return {
        "validators": select(c.etag, c.last_modified).where(this),
        "change_validators": update(sources)
        .where(this)
        .values(etag=_given(c.etag), last_modified=_given(c.last_modified)),
        "add_validators": _adding(sources),
    }


def _newest() -> ColumnElement[bool]:
    """Whether no later revision of an issue is there."""
    later = issues.alias("later")
    return ~exists().where(
        later.c.edition == issues.c.edition,
        later.c.date == issues.c.date,
        later.c.revision > issues.c.revision,
    )


def _receipt(
    column: Column[Any], order: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> ColumnElement[Any]:
    """A value of the first receipt of an issue, in an order of its receipts."""
    same = and_(receipts.c.edition == issues.c.edition, receipts.c.date == issues.c.date)
    found = select(column).where(same, *conditions).order_by(order).limit(1)
    return found.correlate(issues).scalar_subquery()


def _sent_at() -> ColumnElement[Any]:
    return _receipt(receipts.c.at, receipts.c.number.asc()).label("sent_at")


def _delivered() -> ColumnElement[Any]:
    counted = receipts.c.delivered.is_not(None)
    return _receipt(receipts.c.delivered, receipts.c.number.desc(), counted).label("delivered")


def _ledger() -> dict[str, Executable]:
    c = issues.c
    columns = (*(c[name] for name in ISSUE_FIELDS), _sent_at(), _delivered())
    whole = select(*columns, manifests.c.body).outerjoin(manifests, manifests.c.issue == c.number)
    bare = select(*columns, null().label("body")).where(_newest())
    ordered = bare.order_by(c.date, c.sequence)
    mine = c.edition == _given(c.edition)
    return {
        "built": whole.where(_newest(), mine, c.date == _given(c.date)),
        "previous": bare.where(mine, c.date < _given(c.date)).order_by(c.date.desc()).limit(1),
        "issues": ordered,
        "issues_of_edition": ordered.where(mine),
        "highest_sequence": select(func.max(c.sequence)),
    }


def _ran(sqlite: bool) -> dict[str, Executable]:
    span = issues.c.date >= _given(issues.c.date, "first"), issues.c.date <= _given(issues.c.date, "last")
    ran = (
        select(issues.c.edition, issues.c.date, *(ran_stories.c[name] for name in RUN_FIELDS))
        .join(issues, issues.c.number == ran_stories.c.issue)
        .where(*span, _newest())
        .order_by(issues.c.date, issues.c.sequence, ran_stories.c.position, ran_stories.c.number)
    )
    ads = _ads().where(ran_ads.c.date <= _given(ran_ads.c.date, "last"))
    return {
        "ran_stories": ran,
        "ran_stories_of_edition": ran.where(issues.c.edition == _given(issues.c.edition)),
        "ran_ads": ads,
        "ran_ads_of_items": ads.where(_among(ran_ads.c.line_item, "line_items", sqlite)),
    }


def _ads() -> Select[Any]:
    about = (issues.c.edition, issues.c.sequence, issues.c.expected_sends, _delivered())
    return (
        select(*about, *(ran_ads.c[name] for name in AD_FIELDS))
        .join(issues, issues.c.number == ran_ads.c.issue)
        .where(_newest())
        .order_by(ran_ads.c.date, issues.c.sequence, ran_ads.c.gap, ran_ads.c.number)
    )


def _records() -> dict[str, Executable]:
    return {
        "add_issue": _adding(issues).returning(issues.c.number),
        "add_manifest": _adding(manifests),
        "add_ran_story": _adding(ran_stories),
        "add_ran_ad": _adding(ran_ads),
        "add_receipt": _adding(receipts),
    }
