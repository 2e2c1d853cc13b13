"""The proof of an issue before it is built, looked at in a browser: the bytes a build would write, and why.

::

    proof.py   one issue as a build would make it now, in memory; nothing is written
    proofs.py  the proofs of a newsroom, made again when what they are made from has changed
    page.py    a proof as a page for people
    answer.py  an address of the browser -> what is sent back
    server.py  the browser's requests, from this machine only
"""

from __future__ import annotations

from digest.desk.proofs import Asked, Proofs
from digest.desk.server import Server, listen

__all__ = ["Asked", "Proofs", "Server", "listen"]
