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
from digest.desk.desk import Desk, Seen
from digest.desk.outcome import Changed
from digest.desk.pages import Wrong, page, wrong
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


def mail_policy(asked: Mapping[str, str]) -> str:
    """The mail may show pictures and its own styles, and nothing else: no script, form, frame or plugin.

    A mail program that blocks pictures or drops the `<style>` is played by the browser; the bytes stay as they are.
    """
    pictures = "'none'" if asked.get("pictures") == "off" else "'self' http: https: data:"
    styles = "style-src-elem 'none'; " if asked.get("styles") == "off" else ""
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; {styles}font-src http: https: data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups "
        "allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    )


def asset(name: str) -> bytes:
    return files("digest.desk").joinpath("static", name).read_bytes()


Make = Callable[[Desk, Seen, Mapping[str, str]], Any]
PAGES: dict[str, Make] = {
    "issue": lambda desk, seen, asked: issue.issue(desk, seen),
    "left": lambda desk, seen, asked: issue.left(desk, seen, asked.get("section", "")),
    "why": lambda desk, seen, asked: issue.explained(desk, seen, asked.get("line_item", "")),
    "problems": lambda desk, seen, asked: {"wrong": None, "rows": issue.problems(desk, seen)},
    "calendar": calendar.calendar,
    "bookings": ads.bookings,
    "booking": lambda desk, seen, asked: ads.booking(desk, seen, asked.get("line_item", "")),
    "sources": lambda desk, seen, asked: health.sources(desk, seen),
    "health": health.health,
    "history": lambda desk, seen, asked: health.history(desk, seen),
}


def application(desk: Desk) -> Starlette:
    """The desk as an ASGI application."""
    site = _Site(desk)
    routes = [
        Route("/state", site.state),
        *(Route(f"/{name}", site.asset) for name in ASSETS),
        *(Route(f"/{name}", site.file) for name in KINDS),
        Route("/act", site.act, methods=["POST"]),
        Route("/book", site.book, methods=["GET", "POST"]),
        *(Route("/" if name == "issue" else f"/{name}", site.page) for name in PAGES),
        Route("/{edition}/{date}/{name}", site.file),
        Route("/{edition}/{date}/images/{name}", site.picture),
    ]
    app = Starlette(routes=routes, exception_handlers={404: site.lost, 405: _no_way, Exception: _defect})
    app.router.redirect_slashes = False
    return app


def guarded(app: Any) -> Any:
    """The application behind its door: foreign hosts and pages of other sites are refused."""

    async def door(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        heads = [
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        said = _refusal(
            [v for n, v in heads if n == "host"], [v for n, v in heads if n == "origin"], dict(heads)
        )
        if said:
            await _plain(403, said)(scope, receive, send)
            return
        await app(scope, receive, send)

    return door


def _refusal(hosts: list[str], origins: list[str], heads: Mapping[str, str]) -> str:
    if len(hosts) != 1 or not _OWN_NAMES.fullmatch(hosts[0]):
        return "The desk is at 127.0.0.1 or localhost and answers to no other name."
    if any(one not in (f"http://{hosts[0]}", f"https://{hosts[0]}") for one in origins):
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


class _Site:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def state(self, request: Request) -> Response:
        """Another version after each change of anything that an issue is made from."""
        proofs = self.desk.proofs
        try:
            seen = self.desk.seen(dict(request.query_params))
            version = proofs.version(seen.room, seen.edition, seen.day)
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
        asked = dict(request.query_params) | {
            key: value for key, value in request.path_params.items() if key in ("edition", "date")
        }
        try:
            seen = self.desk.seen(asked)
            proof = self.desk.proofs.proof(seen.room, seen.edition, seen.day)
        except DigestError as error:
            return _plain(_status(error), str(error))
        if name not in proof.files:
            return _plain(_status(proof.error), str(proof.error))
        more = {"Content-Type": kind}
        if name == "message.eml":
            more["Content-Disposition"] = f'attachment; filename="{seen.edition.name}-{seen.day}.eml"'
        policy = mail_policy(asked) if name == "index.html" else _PAGE_POLICY
        return Response(proof.files[name], headers=_headers(policy, **more))

    async def lost(self, request: Request, error: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return _plain(404, _NOTHING)
        told = Wrong("There is nothing here", "This address leads nowhere on the desk.")
        return _html(page(self.desk, "wrong", {}, lambda: told, None), 404)

    def page(self, request: Request) -> Response:
        """A page, its head at once and its body as soon as it is worked out."""
        return self._page(request.url.path.removeprefix("/") or "issue", dict(request.query_params))

    def _page(
        self, name: str, asked: Mapping[str, str], *, status: int = 200, said: Mapping[str, Any] | None = None
    ) -> Response:
        desk = self.desk
        try:
            seen = desk.seen(dict(asked))
        except DigestError as error:
            told = wrong(desk, error)
            if said and "form" in said:  # what somebody typed is not lost because a file is broken
                return _html(
                    page(desk, "refused", asked, lambda: told, None, said={**said, "wrong": told}), 409
                )
            status = 200 if isinstance(error, ConfigurationError) else _status(error)
            return _html(page(desk, "wrong", asked, lambda: told, None), status)
        make = PAGES.get(name) or (lambda *_: {"wrong": None})
        return _html(page(desk, name, asked, lambda: make(desk, seen, asked), seen, said=said), status)

    async def act(self, request: Request) -> Response:
        """A form: do it, and lead back to the page it came from."""
        form = await _form(request)
        return await run_in_threadpool(self._act, form)

    def _act(self, form: Mapping[str, str] | Response) -> Response:
        if isinstance(form, Response):
            return form
        if refused := self._refused(form):
            return refused
        asked = {key: form[key] for key in ("edition", "date") if form.get(key)}
        try:
            done = act(self.desk, self.desk.seen(asked), form)
        except Changed as error:
            return self._page(
                "conflict", asked, status=409, said={"error": error, "form": defaultdict(str, form)}
            )
        except DigestError as error:
            told = wrong(self.desk, error)
            return self._page(
                "refused", asked, status=409, said={"wrong": told, "form": defaultdict(str, form)}
            )
        back = form.get("back", "")
        path = back if back in PAGES and back != "issue" else ""
        query = asked | {"done": self.desk.tell(done)}
        if path == "booking":
            query["line_item"] = form.get("line_item", "")
        where = f"#{urlencode({'at': done.at})}" if done.at else ""
        return RedirectResponse(f"/{path}?{urlencode(query)}{where}", 303, _headers())

    def _refused(self, form: Mapping[str, str]) -> Response | None:
        desk = self.desk
        asked = {key: form[key] for key in ("edition", "date") if form.get(key)}
        if not desk.may_act:
            return self._read_only(asked, form)
        if not compare_digest(form.get("token", "").encode(), desk.token.encode()):
            return self._page("stale", asked, status=403, said={"form": defaultdict(str, form)})
        return None

    def _read_only(self, asked: Mapping[str, str], form: Mapping[str, str]) -> Response:
        told = Wrong("Nothing was changed", "This desk is read-only: it was started with --read-only.")
        said = {"wrong": told, "form": defaultdict(str, form)}
        return self._page(
            "refused", {k: asked[k] for k in ("edition", "date") if k in asked}, status=403, said=said
        )

    async def book(self, request: Request) -> Response:
        """The booking form; sent once it shows the difference, sent again it writes."""
        form = await _form(request) if request.method == "POST" else None
        return await run_in_threadpool(self._book, dict(request.query_params), form)

    def _book(self, asked: Mapping[str, str], form: Mapping[str, str] | Response | None) -> Response:
        from digest.desk.bookings import book, draft

        if isinstance(form, Response):
            return form
        if form is None:
            if not self.desk.may_act:
                return self._read_only(asked, {})
            return self._booking(asked, 200, draft(self.desk, asked))
        if refused := self._refused(form):
            return refused
        back = {key: form[key] for key in ("edition", "date") if form.get(key)}
        try:
            seen = self.desk.seen(back)
            made = book(self.desk, seen, form)
        except DigestError as error:
            told = wrong(self.desk, error)
            return self._page(
                "refused", back, status=409, said={"wrong": told, "form": defaultdict(str, form)}
            )
        if made.done:
            query = back | {"line_item": made.line_item, "done": self.desk.tell(made.done)}
            return RedirectResponse(f"/booking?{urlencode(query)}", 303, _headers())
        return self._booking(back, 422 if made.problems or made.said else 200, made)

    def _booking(self, asked: Mapping[str, str], status: int, draft: Any) -> Response:
        from digest.desk.bookings import names

        return self._page("book", asked, status=status, said={"draft": draft, "names": names(self.desk)})


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
