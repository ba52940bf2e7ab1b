"""What `vigie source add` was not given, asked for on a terminal."""

import sys
from collections.abc import Mapping

import click

from monitor.cli.acting import require
from monitor.cli.source_adding import Asked
from monitor.cli.words import gettext
from monitor.collectors.mapping import shipped_names
from monitor.locale import N_

_QUESTIONS = {
    "name": N_("Its name, such as telus-tickets"),
    "provider": N_("The provider, as the contract has it"),
    "kind": N_("What it is"),
    "url": N_("The base of its API"),
    "jql": N_("Which issues are wanted, as JQL"),
    "folder": N_("The folder where its files are left"),
    "export": N_("What a file lists: every open case, or what changed"),
    "secret": N_("Where its token stands, env:NAME or file:PATH; nothing: it needs none"),
    "stale_after": N_("After how long without a word it is silent"),
    "mapping": N_("Its mapping: the name of a shipped one, or a YAML file"),
}
_USUAL = {"stale_after": "15 min", "secret": ""}


def asked_for(ctx: click.Context, given: Mapping[str, str | None]) -> Asked:
    """What was given, and what had to be asked for.

    Raises:
        UsageError: something is missing, and nobody is there to be asked.
    """
    answers = dict(given)
    for name in ("name", "provider", "kind"):
        _settle(ctx, answers, name)
    for name in _needed(answers["kind"] or ""):
        _settle(ctx, answers, name)
    texts = {name: value for name, value in answers.items() if value}
    return Asked(**texts)


def _needed(kind: str) -> tuple[str, ...]:
    match kind:
        case "files":
            return ("folder", "export", "stale_after", "mapping")
        case "push":
            return ("secret", "mapping")
    wanted = ("jql",) if kind == "jira" else ()
    return ("url", *wanted, *(("secret",) if _asks() else ()), "mapping")


def _settle(ctx: click.Context, answers: dict[str, str | None], name: str) -> None:
    if answers.get(name) is not None:
        return
    if not _asks():
        if name == "name":
            raise click.UsageError(gettext("name the source"), ctx)
        require(ctx, **{name.replace("_", "-"): None})
    usual = _USUAL.get(name)
    if name == "mapping" and answers["kind"] is not None:
        usual = _usual_mapping(answers["kind"])
    choice = None
    parameter = next(each for each in ctx.command.params if each.name == name)
    if isinstance(parameter.type, click.Choice):
        choice = parameter.type
    answers[name] = click.prompt(
        gettext(_QUESTIONS[name]), default=usual, type=choice, err=True, show_default=bool(usual)
    )


def _usual_mapping(kind: str) -> str | None:
    # tmf621-v4 is read by tmf621, and jira by the one shipped for it.
    return next(
        (each for each in shipped_names() if kind.startswith(each) or each.startswith(kind)), None
    )


def _asks() -> bool:
    return sys.stdin.isatty()
