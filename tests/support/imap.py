"""A real IMAP server (Dovecot) on loopback, unprivileged, with one account."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.support.services import free_port, require
from tests.support.smtp import certificate

USERNAME = "sla"
PASSWORD = "hunter2"
FOLDER = "Avis"
_SECONDS = 15


@dataclass
class ImapServer:
    port: int
    tls_port: int
    ca_file: Path
    sent: int = field(default=0)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """What a source of this server says of it in vigie.yaml."""
        return {
            "host": "localhost",
            "port": self.tls_port,
            "ca_file": str(self.ca_file),
            "username": USERNAME,
            "password": {"env": "IMAP_PASSWORD"},
            "folder": FOLDER,
            "timeout": "10 s",
            **changes,
        }

    def renew(self) -> None:
        """The folder anew, empty and with numbers of its own."""
        with self._client() as client:
            client.delete(FOLDER)
            assert client.create(FOLDER)[0] == "OK"

    def deliver(
        self,
        at: datetime,
        subject: str = "",
        text: str = "",
        *,
        sender: str = "Avis <avis@telus.example>",
        message_id: str | None = None,
        html: bool = False,
        files: dict[str, bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Put a message there, sent and received at an instant."""
        self.sent += 1
        message = EmailMessage()
        for name, value in (headers or {}).items():
            message[name] = value
        message["From"] = sender
        message["Subject"] = subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = message_id or f"<{self.sent}@telus.example>"
        message.set_content(text, subtype="html" if html else "plain")
        for name, content in (files or {}).items():
            message.add_attachment(content, "application", "octet-stream", filename=name)
        with self._client() as client:
            status, _ = client.append(FOLDER, "", at, message.as_bytes())
            assert status == "OK"

    def unread(self) -> int:
        with self._client() as client:
            client.select(FOLDER, readonly=True)
            return len(client.search(None, "UNSEEN")[1][0].split())

    @contextmanager
    def _client(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, 10) as client:
            client.login(USERNAME, PASSWORD)
            yield client


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Run one; skipped, visibly, where Dovecot is missing."""
    dovecot = require("dovecot", package="dovecot-imapd")
    # Not under pytest's own folder, which an account of less rights may not enter.
    base = Path(tempfile.mkdtemp(prefix="vigie-imap-"))
    user, command = getpass.getuser(), [str(dovecot)]
    if os.geteuid() == 0:
        user = "nobody"
        command = [str(require("setpriv", package="util-linux")), "--reuid", user]
        command += ["--regid", "nogroup", "--clear-groups", str(dovecot)]
    account = pwd.getpwnam(user)
    made = certificate(base)
    port, tls_port = free_port(), free_port()
    configuration = base / "dovecot.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            base=base,
            user=user,
            group=grp.getgrgid(account.pw_gid).gr_name,
            uid=account.pw_uid,
            gid=account.pw_gid,
            port=port,
            tls_port=tls_port,
            certificate=made.ca_file,
            key=made.key_file,
            password=PASSWORD,
        )
    )
    if os.geteuid() == 0:
        for path in (base, *base.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
    server = subprocess.Popen(
        [*command, "-F", "-c", str(configuration)], start_new_session=True, cwd="/"
    )
    try:
        _wait_for(port, server, base / "log")
        yield ImapServer(port, tls_port, made.ca_file)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(_SECONDS)
        shutil.rmtree(base, ignore_errors=True)


_CONFIGURATION = """\
protocols = imap
listen = 127.0.0.1
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{base}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            said = log.read_text() if log.exists() else ""
            assert server.poll() is None, f"dovecot ended: {said}"
            assert time.monotonic() < until, f"dovecot does not listen: {said}"
            time.sleep(0.02)
        else:
            return
