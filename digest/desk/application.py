"""The addresses of the desk, and who is let in.

A page of the web could make its own name lead to 127.0.0.1, or send a form here from another site. So only requests
are answered that call this server 127.0.0.1 or localhost, none that another page began, and a form without the token
of this run changes nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from hmac import compare_digest
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from digest.desk.acts import act
from digest.desk.desk import CurrentIssue, Desk
from digest.desk.outcome import EditConflict
from digest.desk.pages import PageError, page, page_error
from digest.desk.views import ads, calendar, health, issue
from digest.errors import AlreadySent, ConfigurationError, DigestError, Unreachable

_OWN_NAMES = re.compile(
    r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII
)  # any port: it may be forwarded
_HTML, _TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
KINDS = {
    "index.html": _HTML,
    "index.txt": _TEXT,
    "message.eml": "message/rfc822",
    "manifest.json": "application/json",
}
ASSETS = {"desk.css": "text/css; charset=utf-8", "desk.js": "text/javascript; charset=utf-8"}
MOST = 200_000  # bytes of a form
_NOTHING = "There is nothing here. The desk is at /."
_STATUS = {ConfigurationError: 500, Unreachable: 503, AlreadySent: 410}  # any other: 404
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src "
    "'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def mail_policy(query: Mapping[str, str]) -> str:
    """The mail may show pictures and its own styles, and nothing else: no script, form, frame or plugin.

    A mail program that blocks pictures or drops the `<style>` is played by the browser; the bytes stay as they are.
    """
    pictures = "'none'" if query.get("pictures") == "off" else "'self' http: https: data:"
    styles = "style-src-elem 'none'; " if query.get("styles") == "off" else ""
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; {styles}font-src http: https: data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups "
        "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    )


def asset(name: str) -> bytes:
    return files("digest.desk").joinpath("static", name).read_bytes()


Make = Callable[[Desk, CurrentIssue, Mapping[str, str]], Any]
PAGES: dict[str, Make] = {
    "issue": lambda desk, current, query: issue.issue(desk, current),
    "left": lambda desk, current, query: issue.left(desk, current, query.get("section", "")),
    "why": lambda desk, current, query: issue.explained(desk, current, query.get("line_item", "")),
    "problems": lambda desk, current, query: {"page_error": None, "rows": issue.problems(desk, current)},
    "calendar": calendar.calendar,
    "bookings": ads.bookings,
    "booking": lambda desk, current, query: ads.booking(desk, current, query.get("line_item", "")),
    "sources": lambda desk, current, query: health.sources(desk, current),
    "health": health.health,
    "history": lambda desk, current, query: health.history(desk, current),
}


def application(desk: Desk) -> Starlette:
    """The desk as an ASGI application."""
    endpoints = _Endpoints(desk)
    routes = [
        Route("/state", endpoints.state),
        *(Route(f"/{name}", endpoints.asset) for name in ASSETS),
        *(Route(f"/{name}", endpoints.file) for name in KINDS),
        Route("/act", endpoints.act, methods=["POST"]),
        Route("/book", endpoints.book, methods=["GET", "POST"]),
        *(Route("/" if name == "issue" else f"/{name}", endpoints.page) for name in PAGES),
        Route("/{edition}/{date}/{name}", endpoints.file),
        Route("/{edition}/{date}/images/{name}", endpoints.picture),
    ]
    app = Starlette(routes=routes, exception_handlers={404: endpoints.lost, 405: _no_way, Exception: _defect})
    app.router.redirect_slashes = False
    return app


def guarded(app: Any) -> Any:
    """The application behind its door: foreign hosts and pages of other sites are refused."""

    async def door(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = [
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        refusal = _refusal(
            [v for n, v in headers if n == "host"], [v for n, v in headers if n == "origin"], dict(headers)
        )
        if refusal:
            await _plain(403, refusal)(scope, receive, send)
            return
        await app(scope, receive, send)

    return door


def _refusal(hosts: list[str], origins: list[str], heads: Mapping[str, str]) -> str:
    if len(hosts) != 1 or not _OWN_NAMES.fullmatch(hosts[0]):
        return "The desk is at 127.0.0.1 or localhost and answers to no other name."
    if any(origin not in (f"http://{hosts[0]}", f"https://{hosts[0]}") for origin in origins):
        return "This request was begun by another page. Nothing was done."
    if heads.get("sec-fetch-site") == "cross-site" and heads.get("sec-fetch-mode") != "navigate":
        return "This request was begun by another page. Nothing was done."
    return ""


def _headers(policy: str = _PAGE_POLICY, **more: str) -> dict[str, str]:
    return {**_HEADERS, "Content-Security-Policy": policy, **more}


def _plain(status: int, text: str) -> Response:
    return PlainTextResponse(text + "\n", status, _headers())


async def _no_way(request: Request, error: Exception) -> Response:
    allowed = getattr(error, "headers", None) or {"Allow": "GET, HEAD"}
    return PlainTextResponse("This is not answered here.\n", 405, _headers(**allowed))


async def _defect(request: Request, error: Exception) -> Response:
    return _plain(500, f"A defect of ours ({type(error).__name__}: {str(error)[:300]}).")


class _Endpoints:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def state(self, request: Request) -> Response:
        """Another version after each change of anything that an issue is made from."""
        proofs = self.desk.proofs
        try:
            current = self.desk.current_issue(dict(request.query_params))
            version = proofs.version(current.newsroom, current.edition, current.day)
        except DigestError:
            version = proofs.version(None, None, None)
        return JSONResponse({"version": version}, headers=_headers())

    def asset(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        return Response(asset(name), headers=_headers(**{"Content-Type": ASSETS[name]}))

    def file(self, request: Request) -> Response:
        """One of the files of an issue, byte for byte."""
        name = request.path_params.get("name") or request.url.path.removeprefix("/")
        if name not in KINDS:
            return _plain(404, _NOTHING)
        return self._bytes(request, name, KINDS[name])

    def picture(self, request: Request) -> Response:
        name = f"images/{request.path_params['name']}"
        kind = {"png": "image/png", "gif": "image/gif"}.get(name.rpartition(".")[2], "image/jpeg")
        return self._bytes(request, name, kind)

    def _bytes(self, request: Request, name: str, kind: str) -> Response:
        query = dict(request.query_params) | {
            key: value for key, value in request.path_params.items() if key in ("edition", "date")
        }
        try:
            current = self.desk.current_issue(query)
            proof = self.desk.proofs.proof(current.newsroom, current.edition, current.day)
        except DigestError as error:
            return _plain(_status(error), str(error))
        if name not in proof.files:
            return _plain(_status(proof.error), str(proof.error))
        more = {"Content-Type": kind}
        if name == "message.eml":
            more["Content-Disposition"] = f'attachment; filename="{current.edition.name}-{current.day}.eml"'
        policy = mail_policy(query) if name == "index.html" else _PAGE_POLICY
        return Response(proof.files[name], headers=_headers(policy, **more))

    async def lost(self, request: Request, error: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return _plain(404, _NOTHING)
        failure = PageError("There is nothing here", "This address leads nowhere on the desk.")
        return _html(page(self.desk, "wrong", {}, lambda: failure, None), 404)

    def page(self, request: Request) -> Response:
        """A page, its head at once and its body as soon as it is worked out."""
        return self._page(request.url.path.removeprefix("/") or "issue", dict(request.query_params))

    def _page(
        self,
        name: str,
        query: Mapping[str, str],
        *,
        status: int = 200,
        extra: Mapping[str, Any] | None = None,
    ) -> Response:
        desk = self.desk
        try:
            current = desk.current_issue(dict(query))
        except DigestError as error:
            failure = page_error(desk, error)
            if extra and "form" in extra:  # what somebody typed is not lost because a file is broken
                return _html(
                    page(
                        desk, "refused", query, lambda: failure, None, extra={**extra, "page_error": failure}
                    ),
                    409,
                )
            status = 200 if isinstance(error, ConfigurationError) else _status(error)
            return _html(page(desk, "wrong", query, lambda: failure, None), status)
        make = PAGES.get(name) or (lambda *_: {"page_error": None})
        return _html(
            page(desk, name, query, lambda: make(desk, current, query), current, extra=extra), status
        )

    async def act(self, request: Request) -> Response:
        """A form: do it, and lead back to the page it came from."""
        form = await _form(request)
        return await run_in_threadpool(self._act, form)

    def _act(self, form: Mapping[str, str] | Response) -> Response:
        if isinstance(form, Response):
            return form
        if refused := self._refused(form):
            return refused
        issue_query = {key: form[key] for key in ("edition", "date") if form.get(key)}
        try:
            done = act(self.desk, self.desk.current_issue(issue_query), form)
        except EditConflict as error:
            return self._page(
                "conflict", issue_query, status=409, extra={"error": error, "form": defaultdict(str, form)}
            )
        except DigestError as error:
            failure = page_error(self.desk, error)
            return self._page(
                "refused",
                issue_query,
                status=409,
                extra={"page_error": failure, "form": defaultdict(str, form)},
            )
        back = form.get("back", "")
        path = back if back in PAGES and back != "issue" else ""
        query = issue_query | {"done": self.desk.remember(done)}
        if path == "booking":
            query["line_item"] = form.get("line_item", "")
        where = f"#{urlencode({'at': done.at})}" if done.at else ""
        return RedirectResponse(f"/{path}?{urlencode(query)}{where}", 303, _headers())

    def _refused(self, form: Mapping[str, str]) -> Response | None:
        desk = self.desk
        query = {key: form[key] for key in ("edition", "date") if form.get(key)}
        if not desk.may_act:
            return self._read_only(query, form)
        if not compare_digest(form.get("token", "").encode(), desk.token.encode()):
            return self._page("stale", query, status=403, extra={"form": defaultdict(str, form)})
        return None

    def _read_only(self, query: Mapping[str, str], form: Mapping[str, str]) -> Response:
        failure = PageError("Nothing was changed", "This desk is read-only: it was started with --read-only.")
        extra = {"page_error": failure, "form": defaultdict(str, form)}
        return self._page(
            "refused", {k: query[k] for k in ("edition", "date") if k in query}, status=403, extra=extra
        )

    async def book(self, request: Request) -> Response:
        """The booking form; sent once it shows the difference, sent again it writes."""
        form = await _form(request) if request.method == "POST" else None
        return await run_in_threadpool(self._book, dict(request.query_params), form)

    def _book(self, issue_query: Mapping[str, str], form: Mapping[str, str] | Response | None) -> Response:
        from digest.desk.bookings import book, draft

        if isinstance(form, Response):
            return form
        if form is None:
            if not self.desk.may_act:
                return self._read_only(issue_query, {})
            return self._booking(issue_query, 200, draft(self.desk, issue_query))
        if refused := self._refused(form):
            return refused
        back = {key: form[key] for key in ("edition", "date") if form.get(key)}
        try:
            current = self.desk.current_issue(back)
            booking_draft = book(self.desk, current, form)
        except DigestError as error:
            failure = page_error(self.desk, error)
            return self._page(
                "refused", back, status=409, extra={"page_error": failure, "form": defaultdict(str, form)}
            )
        if booking_draft.done:
            query = back | {
                "line_item": booking_draft.line_item,
                "done": self.desk.remember(booking_draft.done),
            }
            return RedirectResponse(f"/booking?{urlencode(query)}", 303, _headers())
        return self._booking(
            back, 422 if booking_draft.problems or booking_draft.messages else 200, booking_draft
        )

    def _booking(self, query: Mapping[str, str], status: int, draft: Any) -> Response:
        from digest.desk.bookings import names

        return self._page("book", query, status=status, extra={"draft": draft, "names": names(self.desk)})


async def _form(request: Request) -> dict[str, str] | Response:
    """The fields of a form. A body of another kind is no form: a foreign page may send one without asking first."""
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        != "application/x-www-form-urlencoded"
    ):
        return _plain(415, "This is no form of the desk.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            return _plain(413, f"This is too much for one form: at most {MOST // 1000} kB.")
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=400)
    except ValueError:
        return _plain(400, "This is no form of the desk.")
    return {name: values[-1] for name, values in fields.items()} | {
        f"{name}[]": "\n".join(values) for name, values in fields.items() if len(values) > 1
    }


def _html(pieces: Iterable[str], status: int) -> Response:
    return StreamingResponse(
        (piece.encode("utf-8", "replace") for piece in pieces), status, _headers(), media_type=_HTML
    )


def _status(error: DigestError | None) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 404)
