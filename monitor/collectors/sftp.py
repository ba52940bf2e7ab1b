"""A folder on an SFTP server whose key is known beforehand, and which shows no other."""

import io
import posixpath
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from paramiko import (
    AuthenticationException,
    ECDSAKey,
    Ed25519Key,
    PasswordRequiredException,
    PKey,
    RSAKey,
    SFTPAttributes,
    SFTPClient,
    SSHException,
    Transport,
)

from monitor.collectors.base import SourceFault
from monitor.collectors.folder import LARGEST, REPORT, Entry, free_name
from monitor.collectors.sftp_key import ShownKey, connection_failed
from monitor.errors import InputError
from monitor.locale.marking import N_, Said

_CHUNK = 32 * 1024
_SIGNED_BY = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""How a kind of key signs, where that has another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpAccount:
    """Where to go, as whom, and what the server's key must be."""

    host: str
    port: int
    username: str
    password: str | None = field(repr=False)
    key_file: Path | None
    passphrase: str | None = field(repr=False)
    host_key: str
    """`SHA256:…`, or kind and key as in `known_hosts`."""
    timeout: float
    """Seconds that the server may say nothing."""

    @property
    def where(self) -> str:
        return f"sftp://{self.host}:{self.port}"


class SftpFolder:
    """Connects when first asked for something, and again after a fault or `close`."""

    def __init__(self, account: SftpAccount, folder: str, archive: str | None) -> None:
        """Prepare; nothing is sent yet. A relative archive lies within the folder.

        Raises:
            InputError: the private key cannot be read.
        """
        self._account = account
        self._folder = folder
        self._archive = None if archive is None else posixpath.join(folder, archive)
        self._key = None if account.key_file is None else _private_key(account)
        self._client: SFTPClient | None = None

    @property
    def where(self) -> str:
        return f"{self._account.where}/{self._folder.lstrip('/')}"

    def entries(self, *, archived: bool = False) -> list[Entry]:
        folder = self._archive if archived else self._folder
        if folder is None:
            return []
        with self._faults(folder) as client:
            try:
                found = client.listdir_attr(folder)
            except FileNotFoundError:
                if archived:
                    return []
                raise
            entries = (_entry(each.filename, each, archived=archived) for each in found)
            return sorted((one for one in entries if one is not None), key=lambda one: one.name)

    def copy(self, entry: Entry, to: BinaryIO) -> Entry | None:
        path = self._path(entry)
        with self._faults(path) as client:
            try:
                with client.open(path, "rb") as source:
                    source.prefetch(entry.size)
                    copied = 0
                    while chunk := source.read(_CHUNK):
                        copied += to.write(chunk)
                        if copied > LARGEST:
                            said = Said(
                                N_("{path}: is larger than {most} MiB; split the export"),
                                path=f"{self.where}/{entry.name}",
                                most=str(LARGEST // 1024**2),
                            )
                            raise SourceFault(said, kind="too_large")
                return _entry(entry.name, client.stat(path), archived=entry.archived)
            except FileNotFoundError:
                return None

    def archive(self, entry: Entry) -> None:
        if self._archive is None or entry.archived:
            return
        with self._faults(self._archive, may_refuse=True) as client:
            try:
                taken = set(client.listdir(self._archive))
            except FileNotFoundError:
                client.mkdir(self._archive)
                taken = set()
            name = free_name(entry.name, taken)
            client.rename(self._path(entry), posixpath.join(self._archive, name))

    def report(self, name: str, content: bytes | None) -> None:
        path = posixpath.join(self._folder, f"{name}{REPORT}")
        with self._faults(path, may_refuse=True) as client:
            if content is None:
                with suppress(FileNotFoundError):
                    client.remove(path)
                return
            # Whole or not at all, whoever looks meanwhile.
            partial = posixpath.join(self._folder, f".{name}{REPORT}.part")
            client.putfo(io.BytesIO(content), partial)
            client.posix_rename(partial, path)

    def close(self) -> None:
        client, self._client = self._client, None
        channel = None if client is None else client.get_channel()
        transport = None if channel is None else channel.get_transport()
        if transport is not None:
            # Without taking leave, which fails where the connection is gone.
            transport.close()

    def _path(self, entry: Entry) -> str:
        folder = self._archive if entry.archived and self._archive else self._folder
        return posixpath.join(folder, entry.name)

    @contextmanager
    def _faults(self, path: str, *, may_refuse: bool = False) -> Iterator[SFTPClient]:
        """The client, what goes wrong with it as a fault; where it `may_refuse`, refusals pass."""
        account = self._account
        try:
            if self._client is None:
                self._client = self._connected()
            yield self._client
        except AuthenticationException:
            self.close()
            said = Said(
                N_("does not let {username} in; check username and password or key_file"),
                username=account.username,
            )
            raise _fault(account.where, said, "auth") from None
        except TimeoutError:
            self.close()
            said = Said(N_("did not answer in time"))
            raise _fault(account.where, said, "timeout") from None
        except (SSHException, EOFError, socket.gaierror, ConnectionError) as error:
            self.close()
            raise _fault(account.where, connection_failed(error), "unreachable") from None
        except OSError as error:
            refused = isinstance(error, FileNotFoundError | PermissionError)
            if may_refuse and (refused or error.errno is None):
                raise
            self.close()
            if isinstance(error, FileNotFoundError):
                said, kind = Said(N_("is not there; check sftp.folder")), "not_found"
            elif isinstance(error, PermissionError):
                said = Said(N_("may not be read by {username}"), username=account.username)
                kind = "auth"
            else:
                said, kind = Said(str(error.strerror or error)), "unreachable"
            raise _fault(f"{account.where}{path}", said, kind) from None

    def _connected(self) -> SFTPClient:
        account = self._account
        connection = socket.create_connection((account.host, account.port), account.timeout)
        transport = Transport(connection)
        transport.banner_timeout = transport.auth_timeout = account.timeout
        try:
            kind, _, key = account.host_key.partition(" ")
            if key:
                # A server has several keys, and shows the kind that is asked for.
                transport.get_security_options().key_types = _SIGNED_BY.get(kind, (kind,))
            transport.start_client(timeout=account.timeout)
            self._require_known(transport)
            if self._key is not None:
                transport.auth_publickey(account.username, self._key)
            else:
                transport.auth_password(account.username, account.password or "")
            return _opened(transport, account.timeout)
        except BaseException:
            transport.close()
            raise

    def _require_known(self, transport: Transport) -> None:
        """Go on only with the server that was meant; nothing secret has been sent yet."""
        shown = ShownKey.of(transport.get_remote_server_key())
        if self._account.host_key not in (shown.fingerprint, shown.whole):
            said = Said(
                N_(
                    "shows the key {fingerprint} ({kind}), which is not the one in sftp.host_key:"
                    " it is another server, or its key was changed; ask who runs it before"
                    " changing host_key"
                ),
                fingerprint=shown.fingerprint,
                kind=shown.kind,
            )
            raise _fault(self._account.where, said, "host_key")


def _fault(where: str, said: Said, kind: str) -> SourceFault:
    return SourceFault(Said("{where}: {said}", where=where, said=said), kind=kind)


def _opened(transport: Transport, timeout: float) -> SFTPClient:
    client = SFTPClient.from_transport(transport)
    channel = None if client is None else client.get_channel()
    if client is None or channel is None:
        raise SSHException("it offers no SFTP")
    channel.settimeout(timeout)
    return client


def _private_key(account: SftpAccount) -> PKey:
    for kind in (Ed25519Key, ECDSAKey, RSAKey):
        try:
            return kind.from_private_key_file(str(account.key_file), account.passphrase)
        except PasswordRequiredException:
            raise InputError(
                f"sftp.key_file: {account.key_file} is protected by a passphrase: give it as"
                " passphrase"
            ) from None
        except (SSHException, ValueError, OSError):
            # Of another kind, or of none.
            continue
    raise InputError(
        f"sftp.key_file: {account.key_file} cannot be read as a private key: give one made by"
        " ssh-keygen, with its passphrase if it has one"
    )


def _entry(name: str, found: SFTPAttributes, *, archived: bool) -> Entry | None:
    # A name with a slash in it would lead out of the folder.
    if "/" in name or not stat.S_ISREG(found.st_mode or 0):
        return None
    return Entry(
        name=name,
        size=found.st_size or 0,
        modified=datetime.fromtimestamp(found.st_mtime or 0, UTC),
        archived=archived,
    )
