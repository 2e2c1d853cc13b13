"""The desk in the browser: the issue before it is built, why it is so, and the acts that change it.

::

    proof.py        one issue as a build would make it now, in memory; nothing is written
    proofs.py       the proofs of a newsroom, made again when what they are made from has changed
    desk.py         what every request works with
    views/          what each page shows, from the functions that the commands print
    pages.py        templates and what they print
    acts.py         a form becomes the act of a command
    bookings.py     the booking form; app/adslots_file.py writes a block into adslots.yaml and changes nothing else
    outcome.py      what came of an act, and the key of its undo
    background.py   work that takes longer than a page may wait
    links.py        where pages are: addresses, or files side by side
    application.py  addresses, and who is let in
    server.py       on this machine only
    export.py       the same pages as files
"""

from __future__ import annotations

from digest.desk.desk import Desk
from digest.desk.links import FileLinks, PageLinks
from digest.desk.proofs import DeskOptions, Proofs
from digest.desk.server import Server, listen

__all__ = ["Desk", "DeskOptions", "FileLinks", "PageLinks", "Proofs", "Server", "listen"]
