"""A real mail server with certificates, accounts and faults on demand."""

import asyncio
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import AuthResult, LoginPassword

from monitor.simulator.smtp_sink import SmtpSink
from tests.support.services import require

HANG = "hang"
"""An answer that never comes."""
CUT = "cut"
"""The connection ends instead of an answer."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """For `localhost` and 127.0.0.1, its own authority: `ca_file` is what a client must trust."""

    ca_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, self.key_file)
        return context


def certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> Certificate:
    """Make one; the test is skipped, visibly, where openssl is missing."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    openssl = require("openssl")
    request = "req -x509 -nodes -days 2 -subj /CN=test -newkey ec"
    curve = "-pkeyopt ec_paramgen_curve:prime256v1"
    files = f"-keyout {made.key_file} -out {made.ca_file}"
    command = f"{openssl} {request} {curve} -addext subjectAltName={names} {files}"
    subprocess.run(command.split(), check=True, capture_output=True)
    return made


class FaultySink(SmtpSink):
    """Answers `MAIL`, `RCPT` or `DATA` by script; an answer given once is used up.

    A key may narrow `RCPT` to one address: `RCPT:x@example.org`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.answers: dict[str, str] = {}
        self.once: dict[str, str] = {}
        self.sessions = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - aiosmtpd's name for it
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name for it
        envelope.mail_from = address
        return await self._answer(server, "MAIL") or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name for it
        said = await self._answer(server, f"RCPT:{address}") or await self._answer(server, "RCPT")
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name for it
        said = await self._answer(server, "DATA")
        return said or await super().handle_DATA(server, session, envelope)

    async def _answer(self, server: Any, command: str) -> str | None:
        answer = self.once.pop(command, None) or self.answers.get(command)
        if answer == CUT:
            server.transport.abort()
        if answer in (HANG, CUT):
            await asyncio.Event().wait()
        return answer


@contextmanager
def smtp_server(
    *,
    starttls: Certificate | None = None,
    tls: Certificate | None = None,
    accounts: Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator[FaultySink]:
    """A server on loopback: plain, with STARTTLS required, or TLS throughout.

    With `accounts`, nobody sends without the right password.
    """
    if starttls is not None:
        options |= {"tls_context": starttls.server_context(), "require_starttls": True}
    if tls is not None:
        options |= {"tls": tls.server_context()}
    if accounts is not None:
        options |= {
            "authenticator": _authenticator(accounts),
            "auth_required": starttls is not None,
            # Under TLS from the start, aiosmtpd does not know that there is any.
            "auth_require_tls": starttls is not None,
        }
    with FaultySink(**options) as server:
        yield server


def _authenticator(accounts: Mapping[str, str]) -> Any:
    def authenticate(server, session, envelope, mechanism, login) -> AuthResult:
        right = (
            isinstance(login, LoginPassword)
            and accounts.get(login.login.decode()) == login.password.decode()
        )
        return AuthResult(success=right, handled=False)

    return authenticate


def part(message: EmailMessage, kind: str) -> str:
    """The text of the part of this kind, `plain` or `html`, with plain line ends."""
    body = message.get_body((kind,))
    assert body is not None, f"no {kind} part"
    content: str = body.get_content()
    return content.replace("\r\n", "\n")
