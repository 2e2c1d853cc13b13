"""What goes wrong with a database, told to people: the one place where the drivers' errors end."""

from __future__ import annotations

from digest.errors import DigestError, Unreachable

_DEFECTS = ("IntegrityError", "ProgrammingError", "NotSupportedError", "DataError")

# what the driver says -> what people read; the first that is found
_SAYINGS = (
    (
        ("not a database", "malformed", "disk i/o error", "file is encrypted"),
        "The store {where} is damaged or no SQLite database ({why}). It was left as it is. Put back a copy of it; "
        "or move it away and run the command again: a new store is made, without the record of what ran and was sent.",
    ),
    (
        ("readonly database", "read-only", "permission denied for"),
        "The store {where} cannot be written ({why}). Give this user the right to write the file and its folder.",
    ),
    (
        ("unable to open database file",),
        "The store {where} cannot be opened ({why}). Give this user the right to read and write the file and its "
        "folder, or write another place under `store:` in digest.yaml.",
    ),
    (
        ("disk is full", "no space left"),
        "There is no room left on the disk of the store {where} ({why}). Nothing was half written; make room and "
        "run the command again.",
    ),
    (
        ("locked", "busy", "lock timeout"),
        "The store {where} is in use by another program ({why}). Wait until it has finished, "
        "and run the command again.",
    ),
    (
        ("password authentication failed", "no password supplied", "role ", "authentication"),
        "The PostgreSQL server of the store {where} refused the login ({why}). Mend user and password in `store:` or "
        "in DIGEST_STORE.",
    ),
    (
        ("does not exist",),
        "The PostgreSQL server has no such database as the store {where} names ({why}). Create it, or mend `store:`.",
    ),
    (
        (
            "connection",
            "could not translate",
            "timeout expired",
            "server closed",
            "resolve host",
            "shutting down",
        ),
        "The PostgreSQL server of the store {where} cannot be reached ({why}). "
        "Start it, or mend `store:` in digest.yaml.",
    ),
)
_ELSE = "The store {where} could not be used ({why})."


def said(error: BaseException, where: str) -> DigestError:
    """The error of a driver as one of ours; a constraint or statement that fails is a defect."""
    why = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    names = {kind.__name__ for kind in type(error).__mro__}
    for words, saying in _SAYINGS:
        if any(word in why.lower() for word in words):
            return Unreachable(saying.format(where=where, why=why))
    if names & set(_DEFECTS) and "InterfaceError" not in names:
        return DigestError(f"The store {where} refused a statement ({why}).")
    return Unreachable(_ELSE.format(where=where, why=why))
