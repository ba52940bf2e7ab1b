"""`vigie source`: the sources that are configured, and what one would make of a file."""

from pathlib import Path

import click

from monitor.cli.acting import by_option, require, why_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option, config_path
from monitor.cli.configured import complete_source, configured_settings, configured_source
from monitor.cli.faults import INPUT_STATUS
from monitor.cli.output import show_json
from monitor.cli.source_options import detail_options
from monitor.cli.words import gettext
from monitor.contract.vocabulary import Status
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import Said

STAGES = tuple(status.value for status in Status if status is not Status.AWAITED)
"""What a provider's status may mean."""


@click.group(
    "source",
    cls=Group,
    help=N_(
        "Add, list, check and poll the sources that are configured, and try a mapping on a file"
        " before it is used."
    ),
    examples=(
        Example(N_("what is configured"), "vigie source list"),
        Example(N_("whether one answers"), "vigie source check telus-tickets"),
        Example(N_("what changed, now"), "vigie source poll telus-tickets"),
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
        "List the sources that are configured: what each is, where, and how often it is asked; and"
        " the words of theirs that operators corrected."
    ),
    examples=(Example(N_("for a script"), "vigie source list --json"),),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    from monitor.cli.output import show_table  # noqa: PLC0415 - help is shown without
    from monitor.cli.source_words import as_json as word_json  # noqa: PLC0415
    from monitor.cli.source_words import corrected_words, sentences  # noqa: PLC0415

    settings = configured_settings(ctx)
    sources, words = settings.sources, corrected_words(settings)
    if as_json:
        show_json(
            [
                {
                    "name": source.name,
                    "provider": source.provider,
                    "kind": source.kind,
                    "location": source.location,
                    "every": source.every and source.every.total_seconds(),
                    "stale_after": source.stale_after.total_seconds(),
                    "corrections": [
                        word_json(word) for word in words if word.correction.source == source.name
                    ],
                }
                for source in sources
            ]
        )
    elif sources:
        show_table(
            (gettext("Name"), gettext("Provider"), gettext("Kind"), gettext("Where")),
            [(source.name, source.provider, source.kind, source.location) for source in sources],
        )
        for _, sentence in sentences(words):
            click.echo(sentence)
    else:
        click.echo(gettext("No source is configured; name one under sources in vigie.yaml."))


@command.command(
    "add",
    cls=Command,
    short_help=N_("Write a source into vigie.yaml."),
    help=N_(
        "Write a source into vigie.yaml, with comments, once the whole file is sound with it; all"
        " else in the file stays as it is. On a terminal, what is not given is asked for. Secrets"
        " are never written, but where they stand. The key of an SFTP server is fetched and shown,"
        " to be compared with what who runs it says."
    ),
    examples=(
        Example(
            N_("a TM Forum API, its token in a file"),
            "vigie source add telus-tickets --provider telus --kind tmf621-v4"
            " --url https://api.provider.example/tmf621/v4 --secret file:telus.token"
            " --mapping tmf621",
        ),
        Example(
            N_("exports in a folder, without writing yet"),
            "vigie source add rogers-export --provider rogers --kind files --folder depot"
            " --export snapshot --stale-after '3 h' --mapping new.yaml --dry-run",
        ),
        Example(
            N_("one that pushes, its token in the environment"),
            "vigie source add rogers-push --provider rogers --kind push --secret env:PUSH_TOKEN"
            " --mapping new.yaml",
        ),
        Example(
            N_("notifications in a mailbox"),
            "vigie source add rogers-mail --provider rogers --kind imap --host imap.example.org"
            " --username vigie@example.org --secret file:imap-password --from avis@rogers.example"
            " --subject 'Billet (?P<ref>\\S+) : (?P<status>.+)' --stale-after '1 d'"
            " --mapping new.yaml",
        ),
    ),
)
@click.argument("name", cls=Argument, metavar=N_("[NAME]"), type=TEXT, required=False)
@detail_options
@click.option("--dry-run", cls=Option, is_flag=True, help=N_("Check and print it; write nothing."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def add_(
    ctx: click.Context,
    /,
    *,
    dry_run: bool,
    as_json: bool,
    **given: str | int | None,
) -> None:
    from monitor.cli.source_adding import add  # noqa: PLC0415 - as above
    from monitor.cli.source_questions import asked_for  # noqa: PLC0415

    asked = asked_for(ctx, given)
    add(config_path(ctx) or Path("vigie.yaml"), asked, dry_run=dry_run, as_json=as_json)


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
@click.argument("name", cls=Argument, metavar=N_("NAME"), type=TEXT, shell_complete=complete_source)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def check(ctx: click.Context, *, name: str, as_json: bool) -> None:
    from monitor.cli.checks import Level, check_source, check_words, level_word  # noqa: PLC0415 - as above

    findings = [
        *check_source(configured_source(ctx, name), connect=True),
        *check_words(configured_settings(ctx), name),
    ]
    failed = any(finding.level is Level.ERROR for finding in findings)
    if as_json:
        items = [{"level": each.level.value, "message": each.message} for each in findings]
        show_json({"ok": not failed, "items": items})
    else:
        for finding in findings:
            click.echo(f"{level_word(finding.level):<9}{finding.message}")
    ctx.exit(INPUT_STATUS if failed else 0)


@command.command(
    "correct",
    cls=Command,
    short_help=N_("Say what a status means that is mapped nowhere."),
    help=N_(
        "Say what a status of a source means that its status_map leads nowhere: from now on, and in"
        " all that was stated already, whose cases are judged anew. It holds until vigie.yaml says"
        " it, which has the last word. Who said it and why stands in 'vigie audit'."
    ),
    examples=(
        Example(
            N_("a pause by another name"),
            "vigie source correct telus-tickets 'On the shelf' --as held --why 'says their desk'",
        ),
        Example(
            N_("as if nothing had been said"),
            "vigie source correct telus-tickets 'On the shelf' --take-back --why 'a mistake'",
        ),
    ),
)
@click.argument("name", cls=Argument, metavar=N_("NAME"), type=TEXT, shell_complete=complete_source)
@click.argument("word", cls=Argument, metavar=N_("STATUS"), type=TEXT)
@click.option("--as", "status", cls=Option, type=click.Choice(STAGES), help=N_("What it means."))
@click.option("--take-back", cls=Option, is_flag=True, help=N_("It is unknown again."))
@by_option
@why_option
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def correct_(
    ctx: click.Context,
    *,
    name: str,
    word: str,
    status: str | None,
    take_back: bool,
    by: str | None,
    why: str | None,
    as_json: bool,
) -> None:
    from monitor.cli.on_call import act_of  # noqa: PLC0415 - as above
    from monitor.cli.source_words import correct  # noqa: PLC0415

    require(ctx, why=why)
    if take_back == (status is not None):
        raise InputError(Said(N_("--as and --take-back: give one of them")))
    settings = configured_settings(ctx)
    correct(settings, name, word, status, act_of(by, why or ""), json=as_json)


@command.command(
    "poll",
    cls=Command,
    short_help=N_("Ask a source now what changed."),
    help=N_(
        "Poll a source once, now: through the daemon at work on the database, or by itself where"
        " none is. What is new is stored, and judged by the daemon. With --case, only those cases"
        " are read, whatever the cursor says. Exit status 1 if the poll did not come to its end."
    ),
    examples=(
        Example(N_("all that changed since the last poll"), "vigie source poll telus-tickets"),
        Example(
            N_("one case, after its record was corrected"),
            "vigie source poll telus-tickets --case INC-4711",
        ),
    ),
)
@click.argument("name", cls=Argument, metavar=N_("NAME"), type=TEXT, shell_complete=complete_source)
@click.option(
    "--case",
    "cases",
    cls=Option,
    metavar=N_("REFERENCE"),
    type=TEXT,
    multiple=True,
    help=N_("Read only this case; may be given several times."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def poll_(ctx: click.Context, *, name: str, cases: tuple[str, ...], as_json: bool) -> None:
    from monitor.cli.polling import poll  # noqa: PLC0415 - as above

    source = configured_source(ctx, name)
    ended = poll(configured_settings(ctx), source, cases, as_json=as_json)
    ctx.exit(0 if ended else 1)


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
