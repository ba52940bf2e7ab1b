"""`vigie silence`: keep quiet about what matches, for a time."""

from typing import TYPE_CHECKING, Any

import click

from monitor.cli.acting import by_option, require, why_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option
from monitor.cli.shared_options import json_option
from monitor.cli.words import gettext
from monitor.locale import N_

if TYPE_CHECKING:
    from monitor.alerts.interventions import Silencing
    from monitor.cli.on_call import Desk


@click.group(
    "silence",
    cls=Group,
    help=N_(
        "Keep quiet about what matches, for a time. What falls due meanwhile is judged and"
        " recorded, and tells nobody; when the silence ends, one message on each obligation that"
        " still stands tells of it."
    ),
    examples=(
        Example(
            N_("during announced works"),
            "vigie silence add --provider telus --from 2026-11-28T20:00 --until 2026-11-29T06:00"
            " --why 'works at TELUS'",
        ),
        Example(N_("what is silenced, now and to come"), "vigie silence list"),
    ),
)
def command() -> None:
    pass


@command.command(
    "add",
    cls=Command,
    short_help=N_("Begin a silence, now or later."),
    help=N_(
        "Begin a silence. An option may be given several times, and one of its values has to"
        " match; of several options, all have to."
    ),
    examples=(
        Example(
            N_("one public body, for two hours from now"),
            "vigie silence add --organization 1001 --until '2 h' --why 'move of offices'",
        ),
    ),
)
@click.option("--provider", cls=Option, multiple=True, metavar=N_("ID"), help=N_("Of this one."))
@click.option(
    "--commitment", cls=Option, multiple=True, metavar=N_("ID"), help=N_("Under this one.")
)
@click.option(
    "--case",
    cls=Option,
    type=TEXT,
    multiple=True,
    metavar=N_("CASE"),
    help=N_("The reference, or PROVIDER:KIND:REFERENCE."),
)
@click.option(
    "--organization",
    cls=Option,
    type=TEXT,
    multiple=True,
    metavar=N_("ID"),
    help=N_("Owed to this public body, as sources name it."),
)
@click.option(
    "--region", cls=Option, multiple=True, metavar=N_("ID"), help=N_("Delivered in this region.")
)
@click.option(
    "--from",
    "starts",
    cls=Option,
    type=TEXT,
    metavar=N_("INSTANT"),
    help=N_("When it begins (default: now)."),
)
@click.option(
    "--until",
    "ends",
    cls=Option,
    type=TEXT,
    metavar=N_("INSTANT"),
    help=N_("When it ends: a date and time, or a span from now such as '4 h'."),
)
@by_option
@why_option
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    /,
    *,
    starts: str | None,
    ends: str | None,
    by: str | None,
    why: str | None,
    as_json: bool,
    **matchers: tuple[str, ...],
) -> None:
    from monitor.cli.on_call import act_of, desk, done  # noqa: PLC0415 - not for help

    require(ctx, until=ends, why=why)
    act = act_of(by, why or "")
    with desk(ctx) as at:
        starts_at = at.now if starts is None else at.moment(starts)
        ends_at = at.moment(ends or "")
        number = at.interventions.silence(
            matchers, act, starts_at=starts_at, ends_at=ends_at, at=at.now
        )
        text = gettext("Silence {number}: from {start} to {end}.").format(
            number=number, start=at.shown(starts_at), end=at.shown(ends_at)
        )
        result = {
            "silence": number,
            "starts_at": at.written(starts_at),
            "ends_at": at.written(ends_at),
        }
        done(at, text, result, as_json=as_json)


@command.command(
    "list",
    cls=Command,
    short_help=N_("List silences, those that last and those to come."),
    help=N_("List silences, those that last and those to come; with --all, those that ended too."),
    examples=(Example(N_("for a script"), "vigie silence list --all --json"),),
)
@click.option("--all", "past", cls=Option, is_flag=True, help=N_("Those that ended too."))
@json_option
@click.pass_context
def list_(ctx: click.Context, *, past: bool, as_json: bool) -> None:
    from monitor.cli.on_call import desk  # noqa: PLC0415 - not for help
    from monitor.cli.output import show_json, show_table  # noqa: PLC0415

    with desk(ctx) as at:
        rules = at.on_call.silencings(now=at.now, past=past)
    if as_json:
        show_json([_as_json(rule, at) for rule in rules])
    elif not rules:
        click.echo(gettext("None."))
    else:
        show_table(
            (
                gettext("Number"),
                gettext("From"),
                gettext("Until"),
                gettext("What"),
                gettext("By"),
                gettext("Why"),
                "",
            ),
            [
                (
                    str(rule.id),
                    at.shown(rule.starts_at),
                    at.shown(rule.ends_at),
                    ", ".join(
                        f"{name} {' | '.join(values)}" for name, values in rule.matchers.items()
                    ),
                    rule.by,
                    rule.why,
                    _state(rule, at),
                )
                for rule in rules
            ],
        )


@command.command(
    "end",
    cls=Command,
    short_help=N_("End a silence before its time."),
    help=N_("End a silence before its time: what still stands is told of."),
    examples=(Example(N_("the works are over"), "vigie silence end 3 --why 'works are over'"),),
)
@click.argument("number", cls=Argument, type=int, metavar=N_("NUMBER"), help=N_("As listed."))
@by_option
@why_option
@json_option
@click.pass_context
def end(ctx: click.Context, *, number: int, by: str | None, why: str | None, as_json: bool) -> None:
    from monitor.cli.on_call import act_of, desk, done  # noqa: PLC0415 - not for help

    require(ctx, why=why)
    act = act_of(by, why or "")
    with desk(ctx) as at:
        at.interventions.end_silence(number, act, at=at.now)
        text = gettext("Silence {number}: ended.").format(number=number)
        done(at, text, {"silence": number, "ends_at": at.written(at.now)}, as_json=as_json)


def _state(rule: "Silencing", at: "Desk") -> str:
    if rule.ends_at <= at.now:
        return gettext("ended")
    return gettext("to come") if rule.starts_at > at.now else gettext("in force")


def _as_json(rule: "Silencing", at: "Desk") -> dict[str, Any]:
    return {
        "silence": rule.id,
        "matchers": {name: list(values) for name, values in rule.matchers.items()},
        "starts_at": at.written(rule.starts_at),
        "ends_at": at.written(rule.ends_at),
        "by": rule.by,
        "why": rule.why,
        "at": at.written(rule.at),
        "ended_by": rule.ended_by,
        "in_force": rule.starts_at <= at.now < rule.ends_at,
    }
