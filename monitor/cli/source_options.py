"""The options of `vigie source add`: what a source may be given, whatever its kind."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from monitor.cli.command import TEXT, Option
from monitor.locale import N_

_Command = TypeVar("_Command", bound=Callable[..., Any])

KINDS = (
    "tmf621-v4",
    "tmf621-v5",
    "tmf622-v4",
    "tmf622-v5",
    "tmf641-v4",
    "servicenow",
    "jira",
    "files",
    "imap",
    "push",
)

_PORT = click.IntRange(1, 65535)
_NAME, _FILE, _PLACE = N_("NAME"), N_("FILE"), N_("PLACE")


def _option(name: str, metavar: str | None, help_: str, type_: Any = TEXT) -> Callable[..., Any]:
    return click.option(name, cls=Option, metavar=metavar, type=type_, help=help_)


_OPTIONS = (
    _option("--provider", N_("ID"), N_("As the contract has it.")),
    _option("--kind", None, N_("What it is."), click.Choice(KINDS)),
    _option(
        "--mapping",
        N_("MAPPING"),
        N_(
            "The name of a shipped one, or a YAML file as for 'vigie source try'; a mailbox's may"
            " have its 'rules' too."
        ),
    ),
    _option("--every", N_("SPAN"), N_("How often it is asked.")),
    _option("--stale-after", N_("SPAN"), N_("After how long without a word it is silent.")),
    _option(
        "--secret",
        _PLACE,
        N_(
            "Where its token, password or client secret stands: env:NAME, file:PATH or"
            " credential:NAME."
        ),
    ),
    _option("--username", _NAME, N_("Of --auth basic, a mailbox or an SFTP server.")),
    _option("--url", "URL", N_("Of an API: its base.")),
    _option(
        "--auth",
        None,
        N_("Of an API: how it knows us (default: bearer, where --secret is given)."),
        click.Choice(("bearer", "api-key", "basic", "oauth2")),
    ),
    _option("--header", _NAME, N_("Of --auth api-key: where the key goes (default: X-API-Key).")),
    _option("--token-url", "URL", N_("Of --auth oauth2: where access tokens are handed out.")),
    _option("--client-id", _NAME, N_("Of --auth oauth2: who we are there.")),
    _option("--scope", N_("TEXT"), N_("Of --auth oauth2: what the token is to open.")),
    _option(
        "--client-auth",
        None,
        N_("Of --auth oauth2: how client and secret are sent (default: basic)."),
        click.Choice(("basic", "body")),
    ),
    _option("--cert-file", _FILE, N_("Of an API: our certificate, for mutual TLS.")),
    _option("--key-file", _FILE, N_("The key of --cert-file, or of the account on SFTP.")),
    _option("--ca-file", _FILE, N_("Certificates to trust in place of the system's.")),
    _option(
        "--hub-callback",
        "URL",
        N_("Of a TM Forum API: our address, as its hub reaches it to send word of changes."),
    ),
    _option("--hub-secret", _PLACE, N_("Where the secret part of that address stands.")),
    _option("--query", N_("QUERY"), N_("Of ServiceNow: which rows are wanted, encoded.")),
    _option("--jql", "JQL", N_("Of Jira: which issues are wanted.")),
    _option(
        "--product",
        None,
        N_("Of Jira: which one (default: cloud)."),
        click.Choice(("cloud", "data-center")),
    ),
    _option("--timezone", N_("ZONE"), N_("Of ServiceNow and Jira: that of the account.")),
    _option(
        "--folder",
        N_("FOLDER"),
        N_("Of files: where they are left. Of a mailbox: the one to read (default: INBOX)."),
    ),
    _option(
        "--export",
        None,
        N_("Of files: whether one lists every open case, or what changed."),
        click.Choice(("snapshot", "changes")),
    ),
    _option("--pattern", N_("PATTERN"), N_("Of files: their names.")),
    _option("--as-of", N_("PATTERN"), N_("Of files: how their names say when they were made.")),
    _option("--archive", N_("FOLDER"), N_("Of files: where they go once they are read.")),
    _option("--host", N_("HOST"), N_("Of a mailbox: its server. Of files: an SFTP server.")),
    _option("--port", N_("NUMBER"), N_("Of --host (default: 993, or 22 of SFTP)."), _PORT),
    _option(
        "--host-key",
        N_("KEY"),
        N_("Of an SFTP server: its key. Without it, the one it shows is to be confirmed."),
    ),
    _option("--passphrase", _PLACE, N_("Of an SFTP --key-file: where its passphrase stands.")),
    _option(
        "--security",
        None,
        N_("Of a mailbox (default: tls)."),
        click.Choice(("tls", "starttls", "none")),
    ),
    _option(
        "--verified-by",
        _NAME,
        N_("Of a mailbox: the name by which our own mail server says whom it found to be true."),
    ),
    _option("--from", N_("ADDRESS"), N_("Of a mailbox: whose messages are read, with '*'.")),
    _option("--subject", N_("PATTERN"), N_("Of those messages: a pattern with named groups.")),
    _option("--body", N_("PATTERN"), N_("As --subject, in their text.")),
)


def detail_options(command: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
