"""The names of a story's fields in rows, and what people call them instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

FIELDS = frozenset(
    {"id", "url", "title", "summary", "section", "sections", "source", "author", "published_at", "updated_at", "image",
     "popularity", "tags", "flags", "priority", "embargo_until", "expires_at", "language"}
)  # fmt: skip
_CALLED = {
    "url": "link href permalink address weburl canonicalurl pageurl adresse lien enlace",
    "title": "headline heading name titel titre titulo título titolo überschrift",
    "summary": "description excerpt abstract teaser dek standfirst subtitle deck content body text beschreibung "
    "zusammenfassung résumé resumen",
    "section": "category categories topic topics rubric channel rubrik ressort kategorie catégorie rubrique seccion "
    "sección categoria categoría",
    "source": "publisher outlet quelle fuente",
    "author": "byline writer creator authors autor auteur autore",
    "published_at": "published publicationdate publishdate publisheddate publishedon publishtime pubdate datepublished "
    "date datetime time timestamp posted postedat createdat datum veröffentlicht fecha",
    "updated_at": "updated modified modifiedat lastmodified lastmod datemodified updateddate",
    "image": "imageurl picture pictureurl photo thumbnail img media urltoimage featuredimage bild",
    "popularity": "views shares clicks hits pageviews visits",
    "tags": "keywords tag labels",
    "flags": "flag",
    "language": "lang locale sprache",
    "embargo_until": "embargo embargoed embargoeduntil",
    "expires_at": "expires expiry expiration expirydate",
}
_MEANT = {name: field for field, names in _CALLED.items() for name in names.split()}
_MEANT |= {field.replace("_", ""): field for field in FIELDS}


def field_of(name: str) -> str:
    """The field that another name was meant to be; empty for a field's own name, and where there is no idea."""
    return "" if name in FIELDS else _MEANT.get(re.sub(r"[\W_]+", "", name.casefold()), "")


@lru_cache(4096)
def misnamed(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names of a row that nobody reads, with the field that each was meant to be and that the row has not.

    Kept, since the rows of a file have a few sets of names.
    """
    there = {"section" if name == "sections" else name for name in names}
    found = ((name, field_of(name)) for name in names if isinstance(name, str))
    return tuple((name, field) for name, field in found if field and field not in there)


def renaming(names: Iterable[str]) -> str:
    """How to call the columns of a heading: ``call link url and titel title``; empty: none is known."""
    pairs = [f'"{name}" {field}' for name, field in misnamed(tuple(names)) if field in ("url", "title")]
    return f" Call {' and '.join(pairs)}." if pairs else ""
