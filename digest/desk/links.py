"""Where the pages of the desk are: at addresses of the server, or in files that lie side by side."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlencode


class PageLinks:
    """Addresses of a running desk."""

    static = False

    def to(self, page: str, /, **query: object) -> str:
        """A page: ``issue``, ``calendar``, ``booking`` …; what is ``None`` or empty is left out."""
        parameters = {key: str(value) for key, value in query.items() if value not in (None, "")}
        path = "/" if page == "issue" else f"/{page}"
        return f"{path}?{urlencode(parameters)}" if parameters else path

    def file(self, edition: str, day: object, name: str, **query: object) -> str:
        """A file of an issue, byte for byte."""
        parameters = {key: value for key, value in query.items() if value}
        return f"/{edition}/{day}/{name}" + (f"?{urlencode(parameters)}" if parameters else "")

    def asset(self, name: str) -> str:
        return f"/{name}"


class FileLinks(PageLinks):
    """The same pages as files; every address that is asked for is noted, so that it can be written."""

    static = True

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}  # file -> page and query
        self.files: dict[
            str, tuple[str, str]
        ] = {}  # issues whose files are linked: folder -> edition and day

    def to(self, page: str, /, **query: object) -> str:
        parameters = {key: str(value) for key, value in query.items() if value not in (None, "")}
        name = "-".join([page, *parameters.values()])
        clean = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:100]
        if clean != name:  # two ids must not share a file
            clean += "-" + sha256(name.encode()).hexdigest()[:8]
        self.pages.setdefault(f"{clean}.html", (page, parameters))
        return f"{clean}.html"

    def file(self, edition: str, day: object, name: str, **query: object) -> str:
        self.files.setdefault(f"{edition}/{day}", (edition, str(day)))
        return f"{edition}/{day}/{name}"

    def asset(self, name: str) -> str:
        return name
