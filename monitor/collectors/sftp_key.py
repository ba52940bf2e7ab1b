"""The key that an SFTP server shows: what it is known by beforehand."""

import base64
import hashlib
import socket
from dataclasses import dataclass
from typing import Self

from paramiko import PKey, SSHException, Transport

from monitor.collectors.base import SourceFault
from monitor.locale.marking import N_, Said


@dataclass(frozen=True, slots=True)
class ShownKey:
    fingerprint: str
    """`SHA256:…`, as `ssh-keygen -lf` shows it."""
    kind: str
    whole: str
    """Kind and key, as in `known_hosts`."""

    @classmethod
    def of(cls, key: PKey) -> Self:
        digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        name = key.get_name()
        return cls(f"SHA256:{digest}", name, f"{name} {key.get_base64()}")


def shown_key(host: str, port: int, *, seconds: float = 10.0) -> ShownKey:
    """The key that a server shows to whoever comes; nothing of ours is sent.

    Raises:
        SourceFault: it cannot be reached, or is no SSH server.
    """
    where = f"sftp://{host}:{port}"
    try:
        transport = Transport(socket.create_connection((host, port), seconds))
        try:
            transport.banner_timeout = seconds
            transport.start_client(timeout=seconds)
            return ShownKey.of(transport.get_remote_server_key())
        finally:
            transport.close()
    except (SSHException, EOFError, OSError) as error:
        said = Said("{where}: {said}", where=where, said=connection_failed(error))
        raise SourceFault(said, kind="unreachable") from None


def connection_failed(error: Exception) -> Said:
    detail = str(error)
    if not detail:
        return Said(N_("the connection failed: it was closed"))
    return Said(N_("the connection failed: {detail}"), detail=detail)
