"""`vigie explain`: how a case came to its figures, line by line."""

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Option, config_path
from monitor.locale import N_


@click.command(
    "explain",
    cls=Command,
    help=N_(
        "Show how a case came to its figures: each stretch of time from its receipt to now, or to"
        " the work done, with what it counts for and why; the rule and its clause, the contract"
        " and calendar it rests on, and who was told. What is counted always sums to what is used."
    ),
    examples=(
        Example(N_("a case by the provider's reference"), "vigie explain TT-1042"),
        Example(
            N_("where two providers have the same reference"), "vigie explain telus:ticket:TT-1042"
        ),
        Example(N_("in French, for a letter"), "vigie explain TT-1042 --lang fr"),
    ),
)
@click.argument(
    "case",
    cls=Argument,
    type=TEXT,
    metavar=N_("CASE"),
    help=N_("The reference, or PROVIDER:KIND:REFERENCE."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def command(ctx: click.Context, *, case: str, as_json: bool) -> None:
    # Help is shown without what these load.
    from monitor.cli.ledger import Ledger, find_case  # noqa: PLC0415
    from monitor.cli.ledger_text import show_ledger  # noqa: PLC0415
    from monitor.cli.output import show_json  # noqa: PLC0415
    from monitor.cli.stored import opened_records  # noqa: PLC0415
    from monitor.clock.wall import SystemClock  # noqa: PLC0415
    from monitor.settings import load_settings  # noqa: PLC0415

    settings = load_settings(config_path(ctx))
    with opened_records(settings) as (readings, rules):
        record = find_case(readings, case.strip())
        sources = {source.name: source for source in readings.sources()}
        now = SystemClock().now()
        muted = {
            each.commitment: each.mute for each in readings.muted(now) if each.key == record.key
        }
        ledger = Ledger.of(record, sources.get(record.source), rules, now, muted)
    if as_json:
        show_json(ledger.as_json())
    else:
        show_ledger(ledger)
