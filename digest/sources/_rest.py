"""JSON over http(s): answers that are what they should be, and pages one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from digest.errors import Unreachable
from digest.sources._network import Answer, Web, safe

ACCEPT = "application/json"
TOO_MANY = 10  # known posts that are not gone all at once, whatever else is shown
_SECOND = 1.5  # seconds that another page may take


def with_query(url: str, **query: object) -> str:
    """An address with a query; ``None`` is left out."""
    named = {name: value for name, value in query.items() if value is not None}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(named)}" if named else url


def data_of(web: Web, answer: Answer, kind: type[Any]) -> Any:
    """The JSON of an answer, a ``list`` or a ``dict``. Raises ``Unreachable``."""
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, kind):
        raise web.failure(f"{safe(answer.url)} answered with something else than JSON of that API.")
    return data


def none_withdrawn(count: int) -> str:
    """What is said of a site that shows none of the posts that are known: it is emptied, or broken, for the moment."""
    what = "the one known post does not exist" if count == 1 else f"none of {count} known posts exists"
    return f"it says that {what}; none was withdrawn. What is gone indeed: digest stories kill"


class Pages:
    """The pages of a question. ``cut`` says why not all of them were read; what came before is good."""

    def __init__(self, web: Web, kind: type[Any]) -> None:
        self.web, self.kind = web, kind
        self.cut = ""

    def read(self, url: str, **query: object) -> Iterator[tuple[Any, Answer]]:
        """Each page with its answer, until one says that there is no other. The first must come."""
        number, last = 1, 1
        while number <= last:
            if number > 1 and self.web.deadline.left() < _SECOND:
                self.cut = f"the time was up after {number - 1} of {last} pages"
                return
            try:
                answer = self.web.get(with_query(url, **query, page=number), accept=ACCEPT)
                data = data_of(self.web, answer, self.kind)
            except Unreachable as error:
                if number == 1:
                    raise
                self.cut = f"page {number} of {last} did not come ({error})"
                return
            last = _pages(data, answer)
            yield data, answer
            number += 1


def _pages(data: Any, answer: Answer) -> int:
    """How many pages there are: WordPress says so in a header, Ghost in the answer."""
    page_count: Any = answer.headers.get("x-wp-totalpages")
    if page_count is None and isinstance(data, dict):
        page_count = (
            data.get("meta", {}).get("pagination", {}).get("pages")
            if isinstance(data.get("meta"), dict)
            else None
        )
    try:
        return max(1, int(page_count or 1))
    except (TypeError, ValueError):
        return 1
