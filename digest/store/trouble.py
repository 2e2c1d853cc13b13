"""What goes wrong with a database, told to people: the one place where the drivers' errors end."""

from __future__ import annotations

import shutil
from pathlib import Path

from digest.errors import DigestError, Unreachable

_DEFECTS = ("IntegrityError", "ProgrammingError", "NotSupportedError", "DataError")
_LITTLE = 256 * 1024  # bytes: no SQLite transaction of ours fits in them
_DAMAGED = ("malformed", "disk i/o error", "not a database", "file is encrypted")

_FULL = (
    "There is no room left on the disk of the store {where} ({why}). Nothing was half written; make room and "
    "run the command again. The store is not damaged: leave it where it is."
)
_RIGHTS = "Let its owner run: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA"

# what the driver says -> what people read; the first that is found
_SAYINGS = (
    (("disk is full", "no space left", "disk full", "quota exceeded"), _FULL),
    (
        _DAMAGED,
        "The store {where} is damaged or no SQLite database ({why}). It was left as it is. Put back a copy of it; "
        "or move it away and run the command again: a new store is made, and `digest recover` brings back from the "
        "outbox what ran and was sent.",
    ),
    (
        ("permission denied for schema", "permission denied for database", "must be owner of"),
        "The role of the store {where} may not make or change tables ({why}). Let a role that may run "
        "`digest store upgrade` once with its address in DIGEST_STORE, and again after each update of digest.",
    ),
    (
        ("permission denied for",),
        "The role of the store {where} may not use its tables ({why}). " + _RIGHTS + " public TO that role, and on "
        "all sequences: GRANT USAGE.",
    ),
    (
        ("read-only transaction", "cannot execute insert in a read-only", "recovery is in progress"),
        "The PostgreSQL server of the store {where} only reads ({why}). Name the primary server in `store:` or in "
        "DIGEST_STORE.",
    ),
    (
        ("readonly database", "read-only"),
        "The store {where} cannot be written ({why}). Give this user the right to write the file and its folder.",
    ),
    (
        ("unable to open database file",),
        "The store {where} cannot be opened ({why}). Give this user the right to read and write the file and its "
        "folder, or write another place under `store:` in digest.yaml.",
    ),
    (
        ("locked", "busy", "lock timeout", "deadlock detected"),
        "The store {where} is in use by another program ({why}). Wait until it has finished, "
        "and run the command again.",
    ),
    (
        ("too many connections", "too many clients", "no more connections", "query_wait_timeout",
         "remaining connection"),
        "The server or the pooler of the store {where} has no free connection ({why}). Run the command again; if it "
        "goes on, raise max_connections, or the pooler's pool_size.",
    ),
    (
        ("server_login_retry", "pgbouncer cannot connect", "server login has been failing", "no such database: "),
        "The pooler of the store {where} cannot reach its PostgreSQL server ({why}). Start the server, or mend the "
        "pooler's configuration.",
    ),
    (
        ("prepared statement",),
        "The pooler of the store {where} mixes sessions ({why}). Use pool_mode = transaction or session.",
    ),
    (
        ("password authentication failed", "no password supplied", "pg_hba.conf", "sasl authentication", "auth failed"),
        "The PostgreSQL server of the store {where} refused the login ({why}). Mend user and password in `store:` or "
        "in DIGEST_STORE.",
    ),
    (
        ("terminating connection", "server closed the connection", "connection is lost", "connection is closed",
         "ssl connection has been closed", "connection reset", "broken pipe"),
        "The PostgreSQL server of the store {where} went away in the middle of the work ({why}). Nothing was half "
        "written; run the command again.",
    ),
    (
        ("starting up", "shutting down"),
        "The PostgreSQL server of the store {where} is starting or stopping ({why}). Run the command again soon.",
    ),
    (
        ("role \"",),
        "The PostgreSQL server of the store {where} does not know the user ({why}). Mend it in `store:` or in "
        "DIGEST_STORE, or create the role.",
    ),
    (
        ("relation \"",),
        "The store {where} lacks one of its tables ({why}). Put back a copy of it.",
    ),
    (
        ("does not exist",),
        "The PostgreSQL server has no such database as the store {where} names ({why}). Create it, or mend `store:`.",
    ),
    (
        ("connection", "could not translate", "timeout expired", "resolve host"),
        "The PostgreSQL server of the store {where} cannot be reached ({why}). "
        "Start it, or mend `store:` in digest.yaml.",
    ),
)  # fmt: skip
_ELSE = "The store {where} could not be used ({why})."


def said(error: BaseException, where: str, path: Path | None = None) -> DigestError:
    """The error of a driver as one of ours; a constraint or statement that fails is a defect.

    ``path`` is the file of a SQLite database: on a full disk SQLite speaks of an I/O error, or of damage.
    """
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    names = {kind.__name__ for kind in type(error).__mro__}
    if path is not None and any(word in reason.lower() for word in _DAMAGED) and _is_full(path):
        return Unreachable(_FULL.format(where=where, why=reason))
    for words, saying in _SAYINGS:
        if any(word in reason.lower() for word in words):
            return Unreachable(saying.format(where=where, why=reason))
    if names & set(_DEFECTS) and "InterfaceError" not in names:
        return DigestError(f"The store {where} refused a statement ({reason}).")
    return Unreachable(_ELSE.format(where=where, why=reason))


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LITTLE
    except OSError:
        return False
