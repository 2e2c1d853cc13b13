"""A real Postfix on this machine, from Debian's package: STARTTLS, mailboxes on disk, and a greylist."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAMS = Path("/usr/lib/postfix/sbin")
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.harbor.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificate}/cert.pem
smtpd_tls_key_file = {certificate}/key.pem
smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service inet:127.0.0.1:{policy}
smtpd_policy_service_default_action = OK
virtual_mailbox_domains = list.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ one@list.example=one/, two@list.example=two/, three@list.example=three/ }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
local_recipient_maps =
alias_maps =
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """What keeps a Postfix from running here; empty where nothing does."""
    if os.geteuid():
        return "a Postfix of its own is started by root only"
    if not (PROGRAMS / "master").exists() or not shutil.which("postfix"):
        return "Debian's package postfix is not installed"
    return ""


class Greylist(socketserver.ThreadingTCPServer):
    """Puts every recipient off the first ``times``; then lets it in. ``asked`` are the recipients, in order."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.asked: list[str] = []
        self.times = 0


class _Asked(socketserver.StreamRequestHandler):
    server: Greylist

    def handle(self) -> None:
        words: dict[str, str] = {}
        for line in self.rfile:
            name, _, value = line.decode().strip().partition("=")
            if name:
                words[name] = value
                continue
            recipient = words.pop("recipient", "")
            known = self.server.asked.count(recipient)
            self.server.asked.append(recipient)
            action = "DEFER_IF_PERMIT Greylisted, come back later" if known < self.server.times else "DUNNO"
            self.wfile.write(f"action={action}\n\n".encode())
            words.clear()


class Postfix:
    """A running server."""

    def __init__(self, folder: Path, greylist: Greylist) -> None:
        self.folder, self.greylist, self.port = folder, greylist, _free()

    def mails(self, name: str, count: int = 1) -> list[bytes]:
        """The messages in one mailbox, waited for."""
        end = time.monotonic() + 20
        box = self.folder / "mail" / name / "new"
        while time.monotonic() < end:
            found = sorted(box.iterdir()) if box.is_dir() else []
            if len(found) >= count:
                return [path.read_bytes() for path in found]
            time.sleep(0.05)
        raise TimeoutError(f"no {count} mails in {name}: {self.log()[-3000:]}")

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")


@contextmanager
def running(certificate: Path) -> Iterator[Postfix]:
    """A new server: mailboxes ``one``, ``two``, ``three`` at ``list.example``; ``certificate`` is a folder."""
    with TemporaryDirectory(prefix="digest-postfix-") as name, Greylist() as greylist:
        folder = Path(name)
        folder.chmod(0o755)
        server = Postfix(folder, greylist)
        threading.Thread(target=greylist.serve_forever, args=(0.02,), daemon=True).start()
        _written(server, certificate)
        process = subprocess.Popen(
            [PROGRAMS / "master", "-c", folder / "etc", "-d"], env={**os.environ, "MAIL_CONFIG": str(folder / "etc")},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            _until_it_answers(server, process)
            yield server
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
            greylist.shutdown()


def _written(server: Postfix, certificate: Path) -> None:
    """Its settings and folders."""
    import pwd

    folder, user = server.folder, pwd.getpwnam("postfix")
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    for name in ("data", "mail"):
        shutil.chown(folder / name, user.pw_uid, user.pw_gid)
    keys = folder / "keys"
    shutil.copytree(certificate, keys)
    policy = server.greylist.server_address[1]
    (folder / "etc" / "main.cf").write_text(
        MAIN.format(folder=folder, certificate=keys, policy=policy, uid=user.pw_uid, gid=user.pw_gid)
    )
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=server.port))
    subprocess.run(["postfix", "-c", folder / "etc", "check"], check=True, capture_output=True, timeout=60)


def _until_it_answers(server: Postfix, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as one:
                if one.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("Postfix did not come up")


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
