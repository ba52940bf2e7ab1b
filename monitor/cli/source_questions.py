"""What `vigie source add` was not given, asked for on a terminal."""

import sys
from collections.abc import Iterator, Mapping

import click

from monitor.cli.acting import require
from monitor.cli.source_host_key import confirmed_host_key
from monitor.cli.source_lines import Asked
from monitor.cli.words import gettext
from monitor.collectors.mapping import shipped_names
from monitor.locale import N_

_QUESTIONS = {
    "name": N_("Its name, such as telus-tickets"),
    "provider": N_("The provider, as the contract has it"),
    "kind": N_("What it is"),
    "url": N_("The base of its API"),
    "jql": N_("Which issues are wanted, as JQL"),
    "auth": N_("How it knows us"),
    "header": N_("In which header the key goes"),
    "token_url": N_("Where access tokens are handed out"),
    "client_id": N_("Who we are there"),
    "scope": N_("What the token is to open; nothing: no scope"),
    "cert_file": N_("Our certificate, for mutual TLS; nothing: it wants none"),
    "key_file": N_("The file with its private key"),
    "hub_callback": N_("Our address, as its hub reaches it; nothing: no hub"),
    "hub_secret": N_("Where the secret part of that address stands, env:NAME or file:PATH"),
    "host": N_("The server"),
    "username": N_("The account there"),
    "folder": N_("The folder where its files are left"),
    "export": N_("What a file lists: every open case, or what changed"),
    "verified_by": N_("The name by which our mail server vouches for senders; nothing: none"),
    "from": N_("Whose messages are read; nothing: the rules stand beside the mapping"),
    "subject": N_("A pattern for their subject, with named groups such as (?P<ref>…)"),
    "body": N_("A pattern for their text; nothing: none"),
    "secret": N_("Where its token, password or client secret stands, env:NAME or file:PATH"),
    "stale_after": N_("After how long without a word it is silent"),
    "mapping": N_("Its mapping: the name of a shipped one, or a YAML file"),
}
_OTHERWISE = {
    ("files", "host"): N_("The SFTP server; nothing: a folder of this machine"),
    ("files", "key_file"): N_("The file with its private key; nothing: a password"),
    ("imap", "folder"): N_("The folder to read"),
}
_USUAL = {
    "stale_after": "15 min",
    "header": "X-API-Key",
    **dict.fromkeys(("scope", "cert_file", "hub_callback", "verified_by", "from", "body"), ""),
}
_USUAL_OTHERWISE = {
    ("files", "host"): "",
    ("files", "key_file"): "",
    ("imap", "folder"): "INBOX",
}
_NO_AUTH = "none"

_Answers = dict[str, str | int | None]


def asked_for(ctx: click.Context, given: Mapping[str, str | int | None]) -> Asked:
    """What was given, and what had to be asked for.

    Raises:
        UsageError: something is missing, and nobody is there to be asked.
        InputError: the key of an SFTP server is not confirmed.
    """
    answers = dict(given)
    for name in _needed(answers):
        _settle(ctx, answers, name)
    if answers["kind"] == "files" and answers.get("host") and not answers.get("host_key"):
        port = answers.get("port")
        answers["host_key"] = confirmed_host_key(
            str(answers["host"]), None if port is None else int(port), asks=_asks()
        )
    texts = {name: str(value) for name, value in answers.items() if value}
    if texts.get("auth") == _NO_AUTH:
        del texts["auth"]
    own = {name: texts.pop(name) for name in ("name", "provider", "kind", "mapping")}
    return Asked(**own, details=texts)


def _needed(answers: _Answers) -> Iterator[str]:
    """What a source of its kind cannot do without, then what somebody who is there may want.

    Each is settled before the next is named: what is needed depends on what was answered.
    """
    yield from ("name", "provider", "kind")
    match answers["kind"]:
        case "files":
            yield from _needed_of_files(answers)
        case "imap":
            yield from _needed_of_a_mailbox(answers)
        case "push":
            yield "secret"
        case _:
            yield from _needed_of_an_api(answers)
    yield "mapping"


def _needed_of_files(answers: _Answers) -> Iterator[str]:
    if _asks():
        yield "host"
    if answers.get("host"):
        yield "username"
        if _asks() and not answers.get("secret"):
            yield "key_file"
        if not answers.get("key_file"):
            yield "secret"
    yield from ("folder", "export", "stale_after")


def _needed_of_a_mailbox(answers: _Answers) -> Iterator[str]:
    yield from ("host", "username", "secret")
    if _asks():
        yield from ("folder", "verified_by", "from")
        if answers.get("from"):
            yield from ("subject", "body")
    yield "stale_after"


def _needed_of_an_api(answers: _Answers) -> Iterator[str]:
    yield "url"
    if answers["kind"] == "jira":
        yield "jql"
    if _asks():
        if not answers.get("secret"):
            yield "auth"
        yield from {
            "api-key": ("header", "secret"),
            "basic": ("username", "secret"),
            "bearer": ("secret",),
            "oauth2": ("token_url", "client_id", "secret", "scope"),
        }.get(str(answers.get("auth")), ())
        yield "cert_file"
    if answers.get("cert_file"):
        yield "key_file"
    if _asks() and str(answers["kind"]).startswith("tmf"):
        yield "hub_callback"
    if answers.get("hub_callback"):
        yield "hub_secret"


def _settle(ctx: click.Context, answers: _Answers, name: str) -> None:
    if answers.get(name) is not None:
        return
    if not _asks():
        if name == "name":
            raise click.UsageError(gettext("name the source"), ctx)
        require(ctx, **{name.replace("_", "-"): None})
    kind = str(answers.get("kind"))
    usual = _USUAL_OTHERWISE.get((kind, name), _USUAL.get(name))
    if name == "mapping":
        usual = _usual_mapping(kind)
    choice = _choice(ctx, name)
    if name == "auth" and choice is not None:
        choice, usual = click.Choice((_NO_AUTH, *choice.choices)), _NO_AUTH
    question = _OTHERWISE.get((kind, name), _QUESTIONS[name])
    answers[name] = click.prompt(
        gettext(question), default=usual, type=choice, err=True, show_default=bool(usual)
    )


def _choice(ctx: click.Context, name: str) -> click.Choice[str] | None:
    parameter = next(each for each in ctx.command.params if each.name == name)
    return parameter.type if isinstance(parameter.type, click.Choice) else None


def _usual_mapping(kind: str) -> str | None:
    # tmf621-v4 is read by tmf621, and jira by the one shipped for it.
    fitting = [each for each in shipped_names() if kind.startswith(each) or each.startswith(kind)]
    # tmf622-v5 has a mapping of its own beside that of the generation before.
    return max(fitting, key=len, default=None)


def _asks() -> bool:
    return sys.stdin.isatty()
