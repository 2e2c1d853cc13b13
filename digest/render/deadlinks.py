"""Which links of an issue lead nowhere: looked up a few at a time, slowly for each host, without ever failing.

A page is dead when it says so (404, 410), when its server is broken (5xx) or when there is no server. A server that
turns robots away (401, 403, 429 and the like) proves nothing against its page.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from digest.model.addresses import is_public

if TYPE_CHECKING:
    import httpx2

REDIRECTS: Final = 5
AGENT: Final = "digest-linkcheck (newsletter editors check their own links)"
_ROBOTS_REFUSED: Final = frozenset({401, 402, 403, 405, 406, 407, 408, 425, 429, 451, 501, 999})


@dataclass(frozen=True, slots=True, order=True)
class DeadLink:
    """An address and why it is dead, in words."""

    url: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupLimits:
    """Seconds a link may take, links looked up at once, and seconds between two requests to one host."""

    timeout: float = 10.0
    together: int = 6
    pause: float = 0.5


@dataclass(slots=True)
class _LookupQueue:
    """Who may ask now: a few in all, one at a time per host."""

    lookups: LookupLimits
    all: asyncio.Semaphore
    hosts: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))


def dead_links(urls: Iterable[str], lookups: LookupLimits = LookupLimits()) -> tuple[DeadLink, ...]:
    """The dead ones of ``urls`` in their order, each once. Anything but http(s) is passed over. Never raises."""
    return asyncio.run(find_dead(urls, lookups))


async def find_dead(urls: Iterable[str], lookups: LookupLimits = LookupLimits()) -> tuple[DeadLink, ...]:
    """As ``dead_links``, inside a running loop."""
    import httpx2

    wanted = [url for url in dict.fromkeys(urls) if url.lower().startswith(("http://", "https://"))]
    queue = _LookupQueue(lookups, asyncio.Semaphore(lookups.together))
    limits = httpx2.Limits(max_connections=lookups.together)
    headers = {"User-Agent": AGENT}
    async with httpx2.AsyncClient(
        timeout=lookups.timeout, limits=limits, headers=headers, trust_env=False
    ) as client:
        reasons = await asyncio.gather(*(_looked_up(client, queue, url) for url in wanted))
    return tuple(DeadLink(url, reason) for url, reason in zip(wanted, reasons, strict=True) if reason)


async def _looked_up(client: httpx2.AsyncClient, queue: _LookupQueue, url: str) -> str:
    """Why the link is dead, or empty."""
    try:
        host = urlsplit(url).netloc.lower()
    except ValueError:
        return "it is no web address"
    async with queue.hosts[host]:
        async with queue.all:
            reason = await _judged(client, url, queue.lookups.timeout)
        await asyncio.sleep(queue.lookups.pause)
    return reason


async def _judged(client: httpx2.AsyncClient, url: str, timeout: float) -> str:
    import httpx2

    try:
        async with asyncio.timeout(timeout):
            status = await _status(client, url)
    except (TimeoutError, httpx2.TimeoutException):
        return f"no answer within {timeout:g} s"
    except httpx2.TooManyRedirects:
        return f"it redirects more than {REDIRECTS} times"
    except (
        Exception
    ) as problem:  # a link is looked up for a person; whatever breaks is a finding, never a crash
        return f"it cannot be reached ({type(problem).__name__}: {problem})".replace("\n", " ")
    return "" if status < 400 or status in _ROBOTS_REFUSED else f"it answers {status}"


async def _status(client: httpx2.AsyncClient, url: str) -> int:
    """The status of the page: asked by HEAD, and by GET where a server dislikes HEAD; redirects followed."""
    import httpx2

    start_is_private = await _is_private(url)
    for _ in range(REDIRECTS + 1):
        response = await _fetched(client, url)
        target = response.headers.get("location")
        if not (300 <= response.status_code < 400 and target):
            return int(response.status_code)
        url = urljoin(url, target)
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"it redirects to {urlsplit(url).scheme}:")
        if not start_is_private and await _is_private(url):
            raise ValueError("it redirects into a private network")
    raise httpx2.TooManyRedirects("too many redirects")


async def _fetched(client: httpx2.AsyncClient, url: str) -> Any:
    response = await client.head(url)
    if response.status_code < 400:
        return response
    async with client.stream("GET", url) as answer:  # the body is not read
        return answer


async def _is_private(url: str) -> bool:
    """Whether the host is this machine or on a local network. A host that does not resolve is not."""
    host = urlsplit(url).hostname or ""
    try:
        addresses = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not is_public(str(address[4][0])) for address in addresses)
