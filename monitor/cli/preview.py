"""`vigie preview`: what other rules would change, before they are applied."""

import sys

import click

from monitor.cli.command import Command, Example, Option, config_path
from monitor.locale import N_


@click.command(
    "preview",
    cls=Command,
    help=N_(
        "Tell which obligations, open and past, would change their deadline or their verdict by"
        " other rules: from what to what, and why. The rules that the stored figures rest on, as"
        " the daemon last applied them, are compared with vigie.yaml as it is now and the files"
        " given here. Nothing is applied, and nobody is told."
        "\n\n"
        "JSON: as_of, applied_at; before and after, the rules; differences, by when a case was"
        " received; changes, each with case, commitment, deadline (later, earlier, unmoved, set,"
        " lifted, newly_owed, no_longer_owed), before and after (due_at, verdict,"
        " contract_version, region; null where not owed) and why; then counts, verdicts, and how"
        " many cases and obligations there were."
    ),
    examples=(
        Example(N_("an edited vigie.yaml, before the daemon reads it"), "vigie preview"),
        Example(N_("a new version of the contract"), "vigie preview --contract 2027.yaml"),
        Example(N_("a day the government adds"), "vigie preview --calendar days-off.ics"),
        Example(
            N_("which verdicts turn, for a script"),
            "vigie preview --contract 2027.yaml --json"
            " | jq '.changes[] | select(.before.verdict != .after.verdict)'",
        ),
    ),
)
@click.option(
    "--contract",
    "contracts",
    cls=Option,
    multiple=True,
    metavar=N_("FILE"),
    help=N_(
        "A version of the contract, or builtin:NAME: it takes the place of the configured version"
        " of its name or its date, or joins them. May be given several times."
    ),
)
@click.option(
    "--only",
    cls=Option,
    is_flag=True,
    help=N_("The files of --contract are all the versions there would be."),
)
@click.option(
    "--calendar",
    "calendars",
    cls=Option,
    multiple=True,
    metavar=N_("FILE"),
    help=N_(
        "Days off that join those of vigie.yaml: iCalendar, or YAML with dates and names, alone or"
        " under 'closed_days'. May be given several times."
    ),
)
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help=N_("How many changes to list, the gravest first; JSON has them all."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def command(
    ctx: click.Context,
    *,
    contracts: tuple[str, ...],
    only: bool,
    calendars: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    # Help is shown without what these load.
    from monitor.cli.foreseen import show_foreseen  # noqa: PLC0415
    from monitor.cli.foreseen_json import write_foreseen  # noqa: PLC0415
    from monitor.cli.foresight import opened_foresight  # noqa: PLC0415
    from monitor.cli.progress import progress  # noqa: PLC0415
    from monitor.cli.proposed import Proposal  # noqa: PLC0415
    from monitor.cli.words import gettext  # noqa: PLC0415

    if only and not contracts:
        raise click.UsageError(gettext("--only says that --contract is all: give that too"), ctx)
    proposal = Proposal(contracts=contracts, only=only, calendars=calendars)
    with opened_foresight(config_path(ctx), proposal) as foresight:
        # Where an answer is drawn on the same terminal as it is read, a bar would tear it.
        hidden = as_json and sys.stdout.isatty()
        label = gettext("Reading cases")
        with progress(label, foresight.last_case_id, hidden=hidden) as done:
            found = foresight.consequences(done)
            if as_json:
                write_foreseen(foresight, found)
            else:
                show_foreseen(foresight, found, limit)
