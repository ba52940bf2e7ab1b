"""`vigie status`: what is owed, the most urgent first, and how far the sources can be trusted."""

import click

from monitor.cli.command import TEXT, Command, Example, Option, config_path
from monitor.cli.shared_options import json_option, past_options
from monitor.locale import N_

_VERDICTS = ("pending", "at_risk", "breached", "met", "missed", "cancelled", "unknown")


@click.command(
    "status",
    cls=Command,
    help=N_(
        "List what is owed, the most urgent first: the case, who owes what on it, when it is due"
        " and what is left, in business time as of now. Verdicts are those the daemon stored last."
        " Below stand the sources that have been silent for too long.\n\n--as-of tells how things"
        " stood at an instant of the past by all that is known today, --known-at what Vigie held at"
        " it; together, how they stood at the one as far as was known at the other."
    ),
    examples=(
        Example(N_("what is open"), "vigie status"),
        Example(
            N_("what is late at one provider"), "vigie status --provider telus --verdict breached"
        ),
        Example(N_("the reports that are due"), "vigie status --kind deliverable"),
        Example(
            N_("what Vigie held when a month closed"),
            "vigie status --all --known-at 2026-12-01T00:00-05:00",
        ),
        Example(
            N_("how that month stands today"), "vigie status --all --as-of 2026-12-01T00:00-05:00"
        ),
        Example(
            N_("everything, for a script"),
            "vigie status --all --json | jq '.obligations[] | select(.remaining < 0)'",
        ),
    ),
)
@click.option(
    "--open/--all",
    "only_open",
    cls=Option,
    default=True,
    help=N_("What is still open (the default), or what is settled too."),
)
@click.option("--provider", cls=Option, metavar=N_("ID"), help=N_("Only of this provider."))
@click.option("--commitment", cls=Option, metavar=N_("ID"), help=N_("Only of this commitment."))
@click.option(
    "--organization",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    help=N_("Only of this public body, as sources name it."),
)
@click.option(
    "--kind",
    cls=Option,
    type=click.Choice(("ticket", "order", "deliverable")),
    help=N_("Only on cases of this kind."),
)
@click.option(
    "--verdict",
    "verdicts",
    cls=Option,
    type=click.Choice(_VERDICTS),
    multiple=True,
    help=N_("Only of this verdict; may be given several times."),
)
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(min=1),
    metavar=N_("NUMBER"),
    help=N_("No more than so many (default: all)."),
)
@past_options(known_at=N_("As Vigie held it at an instant; with --as-of, by what was known at it."))
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    only_open: bool,
    provider: str | None,
    commitment: str | None,
    organization: str | None,
    kind: str | None,
    verdicts: tuple[str, ...],
    limit: int | None,
    as_of: str | None,
    known_at: str | None,
    zone_name: str | None,
    as_json: bool,
) -> None:
    # Help is shown without what these load.
    from monitor.cases.obligation import Verdict  # noqa: PLC0415
    from monitor.cases.records import Sought  # noqa: PLC0415
    from monitor.cli.output import show_json  # noqa: PLC0415
    from monitor.cli.past import standing_then  # noqa: PLC0415
    from monitor.cli.past_moments import read_past_moment  # noqa: PLC0415
    from monitor.cli.standing import Selection, Standing, show_standing  # noqa: PLC0415
    from monitor.cli.stored import opened_records  # noqa: PLC0415
    from monitor.clock.wall import SystemClock  # noqa: PLC0415
    from monitor.contract.model import CaseKind  # noqa: PLC0415
    from monitor.settings import load_settings  # noqa: PLC0415

    settings = load_settings(config_path(ctx))
    selection = Selection(
        # A settled verdict asked for by name is wanted, whatever the default.
        settled=not only_open or bool({*verdicts} & {"met", "missed", "cancelled", "unknown"}),
        sought=Sought(
            provider=provider,
            commitment=commitment,
            organization=organization,
            kind=None if kind is None else CaseKind(kind),
            verdicts=frozenset(map(Verdict, verdicts)),
        ),
        limit=limit,
    )
    now = SystemClock().now()
    moment = read_past_moment(as_of, known_at, zone_name, now)
    with opened_records(settings) as (readings, rules):
        if moment is None:
            standing = Standing.read(readings, settings, rules.book, selection, now)
        else:
            standing = standing_then(
                readings, settings, rules, selection, moment, as_held=as_of is None
            )
    if as_json:
        show_json(standing.as_json())
    else:
        show_standing(standing)
