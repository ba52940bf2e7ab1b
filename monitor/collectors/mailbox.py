"""A folder of an IMAP mailbox, opened for reading only: nothing there is marked as seen."""

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from imaplib import IMAP4
from pathlib import Path
from typing import Literal

from imap_tools import (
    BaseMailBox,
    MailBox,
    MailboxFolderSelectError,
    MailboxLoginError,
    MailBoxStartTls,
    MailBoxUnencrypted,
)
from imap_tools.errors import ImapToolsError

from monitor.collectors.base import SourceFault
from monitor.locale.marking import N_, Said

_METADATA = re.compile(rb'UID (\d+)|RFC822\.SIZE (\d+)|INTERNALDATE "([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccount:
    """Where to go, as whom, and which folder."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str
    password: str = field(repr=False)
    folder: str
    ca_file: Path | None
    timeout: float
    """Seconds that the server may say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the server says of a message before it is fetched."""

    uid: int
    size: int
    received_at: datetime


class ImapMailbox:
    """Connects when first asked for something, and again after a fault or `close`."""

    def __init__(self, account: MailAccount) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            OSError: the certificates to trust cannot be read.
        """
        self._account = account
        self._tls = (
            None
            if account.security == "none"
            else ssl.create_default_context(cafile=account.ca_file)
        )
        self._box: BaseMailBox | None = None

    @property
    def where(self) -> str:
        return f"imap://{self._account.host}:{self._account.port}/{self._account.folder}"

    def validity(self) -> int:
        """The folder's UIDVALIDITY: with another one, the numbers are those of other messages."""
        with self._faults() as box:
            return int(box.folder.status(self._account.folder, ["UIDVALIDITY"])["UIDVALIDITY"])

    def after(self, uid: int) -> list[Envelope]:
        """The messages with a higher number, in order."""
        with self._faults() as box:
            status, lines = box.client.uid("FETCH", f"{uid + 1}:*", "(RFC822.SIZE INTERNALDATE)")
            if status != "OK":
                raise IMAP4.error(f"FETCH: {status}")
            found = [_envelope(line) for line in lines if isinstance(line, bytes)]
        # A range without an upper end always has the last message in it, even one read before.
        wanted = [each for each in found if each is not None and each.uid > uid]
        return sorted(wanted, key=lambda each: each.uid)

    def content(self, uid: int) -> bytes | None:
        """A message whole; None: it is not there any more."""
        with self._faults() as box:
            status, parts = box.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
            if status != "OK":
                raise IMAP4.error(f"FETCH: {status}")
            return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def close(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            with suppress(OSError, IMAP4.error, ImapToolsError):
                box.logout()

    @contextmanager
    def _faults(self) -> Iterator[BaseMailBox]:
        account = self._account
        try:
            if self._box is None:
                self._box = self._connected()
            yield self._box
        except MailboxLoginError:
            self.close()
            said = Said(
                N_("does not let {username} in; check username and password"),
                username=account.username,
            )
            raise self._fault(said, "auth") from None
        except MailboxFolderSelectError:
            self.close()
            raise self._fault(Said(N_("has no such folder; check folder")), "not_found") from None
        except ssl.SSLError as error:
            self.close()
            said = Said(N_("TLS failed: {detail}"), detail=str(error.reason or error))
            raise self._fault(said, "tls") from None
        except TimeoutError:
            self.close()
            raise self._fault(Said(N_("did not answer in time")), "timeout") from None
        except (IMAP4.abort, IMAP4.error, ImapToolsError) as error:
            self.close()
            said = Said(N_("the conversation failed: {detail}"), detail=str(error)[:200])
            raise self._fault(said, "reset") from None
        except OSError as error:
            self.close()
            said = Said(N_("cannot be reached: {detail}"), detail=error.strerror or str(error))
            raise self._fault(said, "unreachable") from None

    def _fault(self, said: Said, kind: str) -> SourceFault:
        return SourceFault(Said("{where}: {said}", where=self.where, said=said), kind=kind)

    def _connected(self) -> BaseMailBox:
        account = self._account
        box: BaseMailBox
        if account.security == "tls":
            box = MailBox(account.host, account.port, account.timeout, ssl_context=self._tls)
        elif account.security == "starttls":
            box = MailBoxStartTls(account.host, account.port, account.timeout, self._tls)
        else:
            box = MailBoxUnencrypted(account.host, account.port, account.timeout)
        try:
            box.login(account.username, account.password, initial_folder=None)
            box.folder.set(account.folder, readonly=True)
        except BaseException:
            with suppress(OSError, IMAP4.error, ImapToolsError):
                box.logout()
            raise
        return box


def _envelope(line: bytes) -> Envelope | None:
    found: Sequence[tuple[bytes, bytes, bytes]] = _METADATA.findall(line)
    uid = next((each[0] for each in found if each[0]), b"")
    size = next((each[1] for each in found if each[1]), b"")
    date = next((each[2] for each in found if each[2]), b"")
    if not (uid and size and date):
        return None
    received = parsedate_to_datetime(date.decode("ascii", "replace").strip())
    return Envelope(uid=int(uid), size=int(size), received_at=received.astimezone(UTC))
