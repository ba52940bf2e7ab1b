"""`vigie source`: the sources that are configured, and what one would make of a file."""

from pathlib import Path

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option, config_path
from monitor.cli.faults import INPUT_STATUS
from monitor.cli.output import show_json
from monitor.cli.words import gettext
from monitor.errors import InputError
from monitor.locale import N_


@click.group(
    "source",
    cls=Group,
    help=N_(
        "List and check the sources that are configured, and try a mapping on a file before it is"
        " used."
    ),
    examples=(
        Example(N_("what is configured"), "vigie source list"),
        Example(N_("whether one answers"), "vigie source check telus-tickets"),
        Example(N_("what a mapping makes of an export"), "vigie source try billets.csv"),
    ),
)
def command() -> None:
    pass


@command.command(
    "list",
    cls=Command,
    short_help=N_("List the sources that are configured."),
    help=N_(
        "List the sources that are configured: what each is, where, and how often it is asked."
    ),
    examples=(Example(N_("for a script"), "vigie source list --json"),),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    from monitor.cli.output import show_table  # noqa: PLC0415 - help is shown without
    from monitor.settings import load_settings  # noqa: PLC0415

    sources = load_settings(config_path(ctx)).sources
    if as_json:
        show_json(
            [
                {
                    "name": source.name,
                    "provider": source.provider,
                    "kind": source.kind,
                    "location": source.location,
                    "every": source.every.total_seconds(),
                    "stale_after": source.stale_after.total_seconds(),
                }
                for source in sources
            ]
        )
    elif sources:
        show_table(
            (gettext("Name"), gettext("Provider"), gettext("Kind"), gettext("Where")),
            [(source.name, source.provider, source.kind, source.location) for source in sources],
        )
    else:
        click.echo(gettext("No source is configured; name one under sources in vigie.yaml."))


@command.command(
    "check",
    cls=Command,
    short_help=N_("Ask a source for one record."),
    help=N_(
        "Reach a source and read one record of it, as 'vigie check --connect' does for all. Exit"
        " status 2 if it does not answer as configured. Nothing is stored."
    ),
    examples=(Example(N_("one of them"), "vigie source check telus-tickets"),),
)
@click.argument("name", cls=Argument, metavar=N_("NAME"), type=TEXT)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def check(ctx: click.Context, *, name: str, as_json: bool) -> None:
    from monitor.cli.checks import Level, check_source, level_word  # noqa: PLC0415 - as above
    from monitor.cli.configured import configured_source  # noqa: PLC0415

    findings = list(check_source(configured_source(ctx, name), connect=True))
    failed = any(finding.level is Level.ERROR for finding in findings)
    if as_json:
        items = [{"level": each.level.value, "message": each.message} for each in findings]
        show_json({"ok": not failed, "items": items})
    else:
        for finding in findings:
            click.echo(f"{level_word(finding.level):<9}{finding.message}")
    ctx.exit(INPUT_STATUS if failed else 0)


@command.command(
    "try",
    cls=Command,
    short_help=N_("Show what a mapping makes of a file."),
    help=N_(
        "Read a CSV or XLSX file as a source would: what it is found to be written in, which column"
        " leads where, its first rows as they would be kept, and which would be rejected and why."
        " A file NAME.json is an answer of an API, saved: its records are read by --source or"
        " --mapping. Nothing is stored. Without either, the one source of files whose pattern the"
        " name matches is taken, else only the columns are shown."
    ),
    examples=(
        Example(N_("as a configured source reads it"), "vigie source try x.csv --source telus"),
        Example(
            N_("by a mapping that is being written"), "vigie source try x.csv --mapping m.yaml"
        ),
        Example(
            N_("an answer of ServiceNow or Jira, saved"), "vigie source try x.json --source desk"
        ),
    ),
)
@click.argument("file", cls=Argument, metavar=N_("FILE"), type=TEXT)
@click.option(
    "--source", cls=Option, metavar=N_("NAME"), type=TEXT, help=N_("Read it as this one.")
)
@click.option(
    "--mapping",
    cls=Option,
    metavar=N_("FILE"),
    type=TEXT,
    help=N_("A YAML file with the 'mapping', and 'format' if need be, of a source to come."),
)
@click.option(
    "--rows",
    cls=Option,
    metavar=N_("N"),
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help=N_("How many rows to show, and how many rejected ones."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def try_(
    ctx: click.Context,
    *,
    file: str,
    source: str | None,
    mapping: str | None,
    rows: int,
    as_json: bool,
) -> None:
    from monitor.cli.trial import Trial, terms_of  # noqa: PLC0415 - as above
    from monitor.cli.trial_text import show_trial  # noqa: PLC0415

    if source and mapping:
        raise InputError(N_("--source and --mapping: give one of them"))
    trial = Trial.of(Path(file), terms_of(ctx, Path(file), source, mapping), most=rows)
    if as_json:
        show_json(trial.as_json())
    else:
        show_trial(trial)
