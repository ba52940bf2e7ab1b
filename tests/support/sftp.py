"""A real OpenSSH server on loopback, for one account and one key, in a folder of its own."""

import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.services import free_port, require

_SECONDS = 15


@dataclass(frozen=True, slots=True)
class SftpServer:
    port: int
    username: str
    key_file: Path
    fingerprint: str
    host_key: str
    folder: Path

    def settings(self, **changes: Any) -> dict[str, Any]:
        """As under `sftp:` in vigie.yaml."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "username": self.username,
            "key_file": str(self.key_file),
            "host_key": self.fingerprint,
            "folder": str(self.folder),
            "timeout": "10 s",
            **changes,
        }


@contextmanager
def sftp_server(base: Path) -> Iterator[SftpServer]:
    """Serve `base/depot`; skipped, visibly, where sshd is missing."""
    sshd = require("sshd", package="openssh-server")
    keygen = require("ssh-keygen", package="openssh-client")
    folder = base / "depot"
    folder.mkdir()
    host, client = base / "host_key", base / "client_key"
    for path in (host, client):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    (base / "authorized").write_bytes(client.with_suffix(".pub").read_bytes())
    shown = subprocess.run([keygen, "-lf", host], check=True, capture_output=True, text=True)
    port = free_port()
    configuration = base / "sshd_config"
    configuration.write_text(
        f"""\
ListenAddress 127.0.0.1
Port {port}
HostKey {host}
PidFile none
AuthorizedKeysFile {base / "authorized"}
StrictModes no
UsePAM no
PermitRootLogin yes
Subsystem sftp internal-sftp
"""
    )
    if os.geteuid() == 0:
        # Debian's service makes it; nothing started it here.
        Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen(
        [sshd, "-D", "-e", "-f", configuration],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port, server)
        yield SftpServer(
            port=port,
            username=getpass.getuser(),
            key_file=client,
            fingerprint=shown.stdout.split()[1],
            host_key=host.with_suffix(".pub").read_text().strip(),
            folder=folder,
        )
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(_SECONDS)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert server.poll() is None, "sshd ended"
            assert time.monotonic() < until, "sshd does not listen"
            time.sleep(0.02)
        else:
            return
