"""A source as asked for, in lines of YAML: what each kind may be given, and where that stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.cli.source_block import Line, quoted
from monitor.cli.words import gettext
from monitor.errors import InputError
from monitor.locale import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """As written on the command line, or answered."""

    name: str
    provider: str
    kind: str
    mapping: str
    """The name of a shipped one, or a file."""
    details: Mapping[str, str]
    """All else, by the option's name."""


@dataclass(frozen=True, slots=True)
class _Detail:
    option: str
    key: str
    comment: str = ""
    """Marked; why it is there."""


_API = (
    _Detail("url", "url", N_("the base of its API")),
    _Detail("product", "product"),
    _Detail("jql", "jql", N_("which issues are wanted")),
    _Detail("query", "query", N_("which rows are wanted")),
    _Detail("timezone", "timezone", N_("the account's, in which queries are read")),
)
_AUTH: Mapping[str, Sequence[_Detail]] = {
    "bearer": (_Detail("secret", "token"),),
    "api-key": (_Detail("header", "header"), _Detail("secret", "token")),
    "basic": (_Detail("username", "username"), _Detail("secret", "password")),
    "oauth2": (
        _Detail("token_url", "token_url"),
        _Detail("client_id", "client_id"),
        _Detail("secret", "client_secret"),
        _Detail("client_auth", "client_auth"),
        _Detail("scope", "scope"),
    ),
}
_TLS = (
    _Detail("ca_file", "ca_file"),
    _Detail("cert_file", "cert_file"),
    _Detail("key_file", "key_file"),
)
_HUB = (_Detail("hub_callback", "callback"), _Detail("hub_secret", "secret"))
_SFTP = (
    _Detail("host", "host"),
    _Detail("port", "port"),
    _Detail("username", "username"),
    _Detail("secret", "password"),
    _Detail("key_file", "key_file"),
    _Detail("passphrase", "passphrase"),
    _Detail("host_key", "host_key"),
    _Detail("folder", "folder"),
)
_FILES = (
    _Detail("folder", "folder", N_("where its exports are left")),
    _Detail("pattern", "pattern", N_("their names")),
    _Detail("export", "export", N_("snapshot: every open case; changes: what changed")),
    _Detail("as_of", "as_of", N_("how their names say when they were made")),
    _Detail("archive", "archive", N_("where they go once they are read")),
)
_MAILBOX = (
    _Detail("host", "host"),
    _Detail("port", "port"),
    _Detail("security", "security"),
    _Detail("ca_file", "ca_file"),
    _Detail("username", "username"),
    _Detail("secret", "password", N_("the secret itself stands elsewhere")),
    _Detail("folder", "folder", N_("whose messages are read")),
    _Detail("verified_by", "verified_by", N_("our mail server, which says whom it found true")),
)
_RULE = (_Detail("from", "from"), _Detail("subject", "subject"), _Detail("body", "body"))
_PUSH = (_Detail("secret", "token", N_("the secret itself stands elsewhere")),)
_RHYTHM = (
    _Detail("every", "every", N_("how often it is asked")),
    _Detail("stale_after", "stale_after", N_("silent after so long without a word")),
)
_SECRETS = frozenset({"secret", "passphrase", "hub_secret"})
_NUMBERS = frozenset({"port"})


def lines_of(asked: Asked) -> Sequence[Line]:
    """All of a source but its rules and its mapping.

    Raises:
        InputError: something was given that has no place in a source of this kind, or a secret
            that leads nowhere.
    """
    left = dict(asked.details)
    lines = [
        Line(key="name", value=quoted(asked.name)),
        Line(
            key="provider", value=quoted(asked.provider), comment=gettext("as the contract has it")
        ),
        Line(key="kind", value=quoted(asked.kind)),
    ]
    match asked.kind:
        case "files":
            lines += _section("sftp", _SFTP, left) if "host" in left else ()
            lines += _taken(_FILES, left)
        case "imap":
            lines += _taken(_MAILBOX, left)
        case "push":
            lines += _taken(_PUSH, left)
        case _:
            lines += _taken(_API, left)
            lines += _auth(left)
            lines += _section("tls", _TLS, left, gettext("our certificate, and whom to trust"))
            lines += _section("hub", _HUB, left, gettext("where it sends word of changes"))
    lines += _taken(_RHYTHM, left)
    if asked.kind == "imap":
        lines += _rules(left)
    for option in left:
        raise InputError(
            N_("--{option}: has no place in a source of kind {kind} as asked for; leave it out"),
            option=option.replace("_", "-"),
            kind=asked.kind,
        )
    return lines


def _auth(left: dict[str, str]) -> Sequence[Line]:
    usual = "oauth2" if "token_url" in left else "bearer" if "secret" in left else None
    kind = left.pop("auth", usual)
    if kind is None:
        return ()
    parts = [Line(key="type", value=kind), *_taken(_AUTH[kind], left)]
    return (Line(key="auth", parts=parts, comment=gettext("the secret itself stands elsewhere")),)


def _rules(left: dict[str, str]) -> Sequence[Line]:
    parts = _taken(_RULE, left)
    return (Line(key="rules", parts=parts, listed=True),) if parts else ()


def _section(
    key: str, details: Sequence[_Detail], left: dict[str, str], comment: str = ""
) -> Sequence[Line]:
    parts = _taken(details, left)
    return (Line(key=key, parts=parts, comment=comment),) if parts else ()


def _taken(details: Sequence[_Detail], left: dict[str, str]) -> Sequence[Line]:
    """The lines of those that were given, which are then no longer left."""
    return [
        Line(
            key=each.key,
            value=_written(each.option, value),
            comment=gettext(each.comment) if each.comment else "",
        )
        for each in details
        if (value := left.pop(each.option, None)) is not None
    ]


def _written(option: str, value: str) -> str:
    if option in _NUMBERS:
        return value
    if option not in _SECRETS:
        return quoted(value)
    kind, _, where = value.partition(":")
    if kind not in ("env", "file", "credential") or not where:
        raise InputError(
            N_("--{option}: leads nowhere; write env:NAME, file:PATH or credential:NAME"),
            option=option.replace("_", "-"),
        )
    return f"{{{kind}: {quoted(where)}}}"
