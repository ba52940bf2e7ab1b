"""The channel `smtp`: each notification as an e-mail, handed to a relay."""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from monitor.alerts.channels.mail import compose
from monitor.alerts.notification import MAIL_ADDRESS, DeliveryFault, Notification, Receipt

Security = Literal["none", "starttls", "tls"]

_STEPS_A_SEND = 3
"""A send may take as long as so many of its steps at their slowest: a trickle is no progress."""
_OK = range(200, 300)
_PERMANENT = range(500, 600)
_MESSAGE_TOO_BIG = 552
_GOING_AWAY = 421
_NO_ACCESS = frozenset({530, 534, 535, 538})
"""Wrong credentials, or none: for an operator to mend, and no fault of the message."""


class SmtpChannel:
    """Keeps its connection from one send to the next, until `close`."""

    def __init__(
        self,
        name: str,
        *,
        host: str,
        port: int,
        sender: str,
        security: Security = "starttls",
        username: str | None = None,
        password: str | None = None,
        timeout: timedelta = timedelta(seconds=20),
        ca_file: Path | None = None,
    ) -> None:
        """Connect to nothing yet.

        Args:
            name: The channel's in the configuration.
            host: Name or address of the relay; with TLS, its certificate must be for it.
            port: 587 for STARTTLS and 465 for TLS, as a rule.
            sender: The address that messages are from; its domain ends their Message-IDs.
            security: `starttls` and `tls` verify the certificate, and fall back to nothing.
            username: With `password`, the account to log in to.
            password: Never sent without TLS.
            timeout: The longest that one answer of the relay may take.
            ca_file: Certificates to trust in place of the system's.

        Raises:
            ValueError: a password without TLS, one of username and password without the other, or a
                sender that is no address.
            OSError: `ca_file` cannot be read as certificates.
        """
        if (username is None) != (password is None):
            raise ValueError("give both username and password, or neither")
        if password is not None and security == "none":
            raise ValueError("a password is not sent without TLS: set security to starttls or tls")
        if MAIL_ADDRESS.fullmatch(sender) is None:
            raise ValueError(f"{sender!r} is no e-mail address: write it as vigie@example.org")
        self.name = name
        self._host, self._port, self._sender = host, port, sender
        self._security = security
        self._credentials = None if username is None or password is None else (username, password)
        self._timeout = timeout.total_seconds()
        self._trust = None if security == "none" else ssl.create_default_context(cafile=ca_file)
        self._session: smtplib.SMTP | None = None
        self._own_name: str | None = None

    def send(self, notification: Notification) -> Receipt:
        """Hand the message to the relay; its last word is the receipt.

        Raises:
            DeliveryFault: permanent when the relay refused the recipient or the message for good
                (5xx), or it cannot be written as an e-mail; else it may get through later.
        """
        message = compose(notification, self._sender)
        begun = False
        with _TimeLimit(self._timeout * _STEPS_A_SEND) as limit:
            try:
                session = self._begin(limit)
                self._say("RCPT", *session.rcpt(notification.address))
                begun = True
                code, answer = session.data(message.as_bytes())
                self._say("DATA", code, answer)
            except _Refusal as refusal:
                self._reset()
                raise refusal.fault() from refusal
            except smtplib.SMTPResponseException as error:
                self._drop()
                raise _Refusal("DATA", error.smtp_code, error.smtp_error).fault() from error
            except (OSError, smtplib.SMTPException) as error:
                self._drop()
                raise self._unreachable(error, limit, uncertain=begun) from error
        return Receipt(f"{code} {_text(answer)}")

    def close(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        with _TimeLimit(self._timeout) as limit:
            limit.watch(session)
            with suppress(OSError, smtplib.SMTPException):  # It may have gone already.
                session.quit()
            session.close()

    def _begin(self, limit: "_TimeLimit") -> smtplib.SMTP:
        """A session that has accepted the sender: the one there is, else a new one."""
        if self._session is not None:
            limit.watch(self._session)
            try:
                self._say("MAIL", *self._session.mail(self._sender))
            except (OSError, smtplib.SMTPException, _Refusal):
                # Relays end sessions after so many messages, or a while of silence.
                self._drop()
            else:
                return self._session
        self._session = self._connect(limit)
        self._say("MAIL", *self._session.mail(self._sender))
        return self._session

    def _connect(self, limit: "_TimeLimit") -> smtplib.SMTP:
        try:
            session = self._greet(limit)
        except smtplib.SMTPResponseException as error:
            raise _Refusal("greeting", error.smtp_code, error.smtp_error) from error
        try:
            session.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                session.starttls(context=self._trust)
                session.ehlo()
            if self._credentials is not None:
                session.login(*self._credentials)
        except smtplib.SMTPResponseException as error:
            session.close()
            raise _Refusal("log-in", error.smtp_code, error.smtp_error) from error
        except BaseException:
            session.close()
            raise
        return session

    def _greet(self, limit: "_TimeLimit") -> smtplib.SMTP:
        # The library asks the name service for this machine's name: once is enough.
        options: dict[str, Any] = {"timeout": self._timeout, "local_hostname": self._own_name}
        session: smtplib.SMTP
        if self._security == "tls":
            session = _TlsSession(limit, self._host, self._port, context=self._trust, **options)
        else:
            session = _Session(limit, self._host, self._port, **options)
        self._own_name = session.local_hostname
        return session

    def _say(self, stage: str, code: int, answer: bytes) -> None:
        if code not in _OK:
            raise _Refusal(stage, code, answer)

    def _reset(self) -> None:
        """Leave the session fit for the next message, or leave it."""
        try:
            if self._session is not None and self._session.rset()[0] not in _OK:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _unreachable(
        self, error: Exception, limit: "_TimeLimit", *, uncertain: bool
    ) -> DeliveryFault:
        where = f"{self._host}:{self._port}"
        if limit.expired:
            message = f"{where}: took longer than {limit.seconds:g} s"
        elif isinstance(error, ssl.SSLCertVerificationError):
            message = f"{where}: its certificate is not trusted: {error.verify_message}"
        elif isinstance(error, TimeoutError):
            message = f"{where}: no answer within {self._timeout:g} s"
        else:
            message = f"{where}: {_reason(error)}"
        return DeliveryFault(message, permanent=False, whole_channel=True, uncertain=uncertain)


class _Refusal(Exception):
    """The relay answered, and not with a yes."""

    def __init__(self, stage: str, code: int, answer: bytes | str) -> None:
        super().__init__(stage, code, answer)
        self._stage, self._code, self._answer = stage, code, answer

    def fault(self) -> DeliveryFault:
        code, stage = self._code, self._stage
        # Before the recipient is named, what is refused is the sender: nothing would get through,
        # and it is the configuration, not the message, that wants mending.
        of_the_channel = (
            code == _GOING_AWAY
            or code in _NO_ACCESS
            or stage in ("greeting", "log-in")
            or (stage == "MAIL" and code != _MESSAGE_TOO_BIG)
        )
        return DeliveryFault(
            f"{code} {_text(self._answer)} ({stage})",
            permanent=code in _PERMANENT and not of_the_channel,
            whole_channel=of_the_channel,
        )


class _Session(smtplib.SMTP):
    """Under its time limit before it connects."""

    def __init__(self, limit: "_TimeLimit", *place: Any, **options: Any) -> None:
        limit.watch(self)
        super().__init__(*place, **options)


class _TlsSession(smtplib.SMTP_SSL):
    """As `_Session`."""

    def __init__(self, limit: "_TimeLimit", *place: Any, **options: Any) -> None:
        limit.watch(self)
        super().__init__(*place, **options)


class _TimeLimit:
    """Cuts a session's connection once the time is up.

    A socket's own timeout starts again at every byte, so a relay that trickles never reaches it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._session: smtplib.SMTP | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def watch(self, session: smtplib.SMTP) -> None:
        self._session = session

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def _expire(self) -> None:
        self.expired = True
        connection = getattr(self._session, "sock", None)
        if connection is not None:
            with suppress(OSError):  # It may be closed by now.
                # Not the TLS socket's own way, which would forget the TLS the reader is in.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _text(answer: bytes | str) -> str:
    return answer if isinstance(answer, str) else answer.decode("utf-8", "replace")


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
