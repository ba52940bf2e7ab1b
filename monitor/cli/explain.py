"""`vigie explain`: how a case came to its figures, line by line."""

import click

from monitor.cli.command import Command, Example, config_path
from monitor.cli.shared_options import case_argument, json_option, past_options
from monitor.locale import N_


@click.command(
    "explain",
    cls=Command,
    help=N_(
        "Show how a case came to its figures: each stretch of time from its receipt to now, or to"
        " the work done, with what it counts for and why; the rule and its clause, the contract"
        " and calendar it rests on, who was told, and what was held of it when. What is counted"
        " always sums to what is used.\n\n--as-of shows it as of an instant of the past by all that"
        " is known today, --known-at by what was known at an instant."
    ),
    examples=(
        Example(N_("a case by the provider's reference"), "vigie explain TT-1042"),
        Example(
            N_("where two providers have the same reference"), "vigie explain telus:ticket:TT-1042"
        ),
        Example(
            N_("how it stood at the end of a month, as known a week later"),
            "vigie explain TT-1042 --as-of 2026-12-01T00:00Z --known-at 2026-12-08T14:00Z",
        ),
        Example(N_("in French, for a letter"), "vigie explain TT-1042 --lang fr"),
    ),
)
@case_argument
@past_options(known_at=N_("By what was known at an instant; without --as-of, as of it too."))
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    case: str,
    as_of: str | None,
    known_at: str | None,
    zone_name: str | None,
    as_json: bool,
) -> None:
    # Help is shown without what these load.
    from monitor.cli.finding import find_case  # noqa: PLC0415
    from monitor.cli.ledger_text import show_ledger  # noqa: PLC0415
    from monitor.cli.output import show_json  # noqa: PLC0415
    from monitor.cli.past_moments import read_past_moment  # noqa: PLC0415
    from monitor.cli.stored import opened_records  # noqa: PLC0415
    from monitor.clock.wall import SystemClock  # noqa: PLC0415
    from monitor.engine.restate import silences  # noqa: PLC0415
    from monitor.settings import load_settings  # noqa: PLC0415
    from monitor.shown.ledger import Ledger  # noqa: PLC0415
    from monitor.shown.ledger_past import ledger_then  # noqa: PLC0415

    settings = load_settings(config_path(ctx))
    now = SystemClock().now()
    moment = read_past_moment(as_of, known_at, zone_name, now)
    with opened_records(settings) as (readings, rules):
        record = find_case(readings, case.strip())
        sources = {source.name: source for source in readings.sources()}
        if moment is None:
            now = SystemClock().now()
            muted = {
                each.commitment: each.mute for each in readings.muted(now) if each.key == record.key
            }
            ledger = Ledger.of(record, sources.get(record.source), rules, now, muted)
        else:
            stale_after = {source.name: source.stale_after for source in settings.sources}
            silent = silences(list(sources.values()), stale_after, moment)
            ledger = ledger_then(record, rules, moment, silent)
    if as_json:
        show_json(ledger.as_json())
    else:
        show_ledger(ledger)
