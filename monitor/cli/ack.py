"""`vigie ack`: take a case in hand, so that its escalation waits."""

import click

from monitor.cli.acting import by_option, require, why_option
from monitor.cli.command import TEXT, Command, Example, Option
from monitor.cli.shared_options import json_option, optional_case_argument
from monitor.cli.words import gettext
from monitor.locale import N_


@click.command(
    "ack",
    cls=Command,
    help=N_(
        "Take a case in hand: its escalation waits until then, and goes on if it is still open."
        " Steps that fall due meanwhile are recorded and told to nobody. It ends by itself when the"
        " case closes, or with --end. Without a case, what is acknowledged is listed."
    ),
    examples=(
        Example(
            N_("until tomorrow at noon"),
            "vigie ack INC-4711 --until 2026-11-24T12:00 --why 'TELUS calls back'",
        ),
        Example(
            N_("one commitment of it, for four hours"),
            "vigie ack INC-4711 --commitment service-restoration --until '4 h' --why 'on site'",
        ),
        Example(N_("give it out of hand"), "vigie ack INC-4711 --end --why 'passed on'"),
    ),
)
@optional_case_argument
@click.option(
    "--commitment",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    help=N_("Only this one (default: all that is owed on the case)."),
)
@click.option(
    "--until",
    cls=Option,
    type=TEXT,
    metavar=N_("INSTANT"),
    help=N_("When it lapses: a date and time, or a span such as '4 h'."),
)
@click.option("--end", cls=Option, is_flag=True, help=N_("End it now."))
@by_option
@why_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    case: str | None,
    commitment: str | None,
    until: str | None,
    end: bool,
    by: str | None,
    why: str | None,
    as_json: bool,
) -> None:
    # Help is shown without what these load.
    from monitor.alerts.interventions import MuteKind  # noqa: PLC0415
    from monitor.cli.on_call import act_of, desk, done, show_muted  # noqa: PLC0415

    if case is None:
        if until or end or commitment or why:
            raise click.UsageError(gettext("name the case"), ctx)
        with desk(ctx) as at:
            show_muted(at, MuteKind.ACKNOWLEDGED, as_json=as_json)
        return
    require(ctx, why=why, until="" if end else until)
    if end and until:
        raise click.UsageError(gettext("--end and --until exclude one another"), ctx)
    act = act_of(by, why or "")
    with desk(ctx) as at:
        key = at.key_of(case)
        result = {"case": key.ref, "provider": key.provider, "commitment": commitment}
        if end:
            at.interventions.end_acknowledgement(key, commitment, act, at=at.now)
            text = gettext("{case}: no longer acknowledged; its escalation goes on.")
            done(at, text.format(case=key.ref), {**result, "until": None}, as_json=as_json)
            return
        lapses_at = at.moment(until or "")
        at.interventions.acknowledge(key, commitment, act, until=lapses_at, at=at.now)
        text = gettext("{case}: acknowledged by {by} until {until}.")
        done(
            at,
            text.format(case=key.ref, by=act.by, until=at.shown(lapses_at)),
            {**result, "by": act.by, "until": at.written(lapses_at)},
            as_json=as_json,
        )
