"""`vigie db`: the database seen to: its state, upgrades, copies, and what is old in it."""

import sys
from pathlib import Path

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option, config_path
from monitor.locale import N_

_FILE = N_("FILE")


@click.group(
    "db",
    cls=Group,
    help=N_(
        "See to the database: how it stands, bring it up to date, copy it while the daemon runs,"
        " put a copy back, take away what has been kept long enough."
    ),
    examples=(
        Example(N_("how large it is, and whether it is whole"), "vigie db status"),
        Example(N_("every night, from cron"), "vigie db backup --force /var/backups/vigie.db"),
    ),
)
def command() -> None:
    pass


@command.command(
    "status",
    cls=Command,
    short_help=N_("Tell how the database stands."),
    help=N_(
        "Tell the revision of the tables, the size, about how many rows each has, how far back they"
        " go, what has been kept long enough, and on SQLite whether the file is whole. The exit"
        " status is 1 where it is not, or where its revision is not the program's."
        "\n\n"
        "JSON: location, revision, program_revision, state (current, behind, newer), bytes, rows by"
        " table, first_received_at, last_observed_at, integrity (null on PostgreSQL), held_by,"
        " to_purge."
    ),
    examples=(
        Example(N_("for a monitoring system"), "vigie db status --json | jq .integrity"),
        Example(N_("a large file, without reading all of it"), "vigie db status --no-integrity"),
    ),
)
@click.option(
    "--integrity/--no-integrity",
    cls=Option,
    default=True,
    help=N_("Whether to read a SQLite file whole to see that it is sound."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def status(ctx: click.Context, *, integrity: bool, as_json: bool) -> None:
    from monitor.cli.database_state import DatabaseState, show_state  # noqa: PLC0415 - not for help
    from monitor.cli.output import show_json  # noqa: PLC0415 - as above

    state = DatabaseState.read(config_path(ctx), integrity=integrity)
    if as_json:
        show_json(state.as_json())
    else:
        show_state(state)
    if not state.sound:
        ctx.exit(1)


@command.command(
    "upgrade",
    cls=Command,
    short_help=N_("Bring the tables up to date."),
    help=N_(
        "Bring the tables to this program's revision, all or nothing, as 'vigie run' does at start:"
        " for a large database, at a time of one's choosing. Back up first: there is no way back."
        " On SQLite the daemon must be stopped."
    ),
    examples=(
        Example(N_("what it would do"), "vigie db upgrade --dry-run"),
        Example(N_("do it"), "vigie db upgrade"),
    ),
)
@click.option("--dry-run", cls=Option, is_flag=True, help=N_("Only tell what it would do."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def upgrade(ctx: click.Context, *, dry_run: bool, as_json: bool) -> None:
    from monitor.cli.database_care import upgraded  # noqa: PLC0415 - not for help

    upgraded(config_path(ctx), dry_run=dry_run, as_json=as_json)


@command.command(
    "backup",
    cls=Command,
    short_help=N_("Copy the database while the daemon runs."),
    help=N_(
        "Copy a SQLite database to one file, as it stands at this instant, while the daemon goes"
        " on. The copy takes its name only once it is whole, checked and on the disk: a copy of"
        " that name from before stays until then. On PostgreSQL, tells the pg_dump to use."
    ),
    examples=(
        Example(N_("a copy with the date"), "vigie db backup vigie-$(date +%F).db"),
        Example(N_("the same name every night"), "vigie db backup --force /var/backups/vigie.db"),
    ),
)
@click.argument("file", cls=Argument, type=TEXT, metavar=_FILE, help=N_("Where to write it."))
@click.option("--force", cls=Option, is_flag=True, help=N_("Replace a file that is there."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def backup(ctx: click.Context, *, file: str, force: bool, as_json: bool) -> None:
    from monitor.cli.database_care import backed_up  # noqa: PLC0415 - not for help

    backed_up(config_path(ctx), Path(file), replace=force, as_json=as_json)


@command.command(
    "restore",
    cls=Command,
    short_help=N_("Put a copy back in the database's place."),
    help=N_(
        "Put a copy in the place of the SQLite database, once it is seen to be Vigie's, whole, and"
        " not newer than this program. The database that was there is kept beside it under another"
        " name. The daemon must be stopped. On PostgreSQL, tells the pg_restore to use."
    ),
    examples=(Example(N_("last night's"), "vigie db restore /var/backups/vigie.db"),),
)
@click.argument("file", cls=Argument, type=TEXT, metavar=_FILE, help=N_("The copy."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def restore(ctx: click.Context, *, file: str, as_json: bool) -> None:
    from monitor.cli.database_care import restored  # noqa: PLC0415 - not for help

    restored(config_path(ctx), Path(file), as_json=as_json)


@command.command(
    "copy",
    cls=Command,
    short_help=N_("Move everything to another database."),
    help=N_(
        "Copy all that is stored into the database of another configuration, which must be empty:"
        " from SQLite to PostgreSQL, or back. All or nothing. The daemon must be stopped: what is"
        " written meanwhile would be left behind. This database stays as it is."
    ),
    examples=(
        Example(
            N_("vigie-pg.yaml is vigie.yaml with another 'database'"),
            "vigie db copy vigie-pg.yaml && vigie --config vigie-pg.yaml rebuild --check",
        ),
    ),
)
@click.argument(
    "other", cls=Argument, type=TEXT, metavar=_FILE, help=N_("The other configuration.")
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def copy(ctx: click.Context, *, other: str, as_json: bool) -> None:
    from monitor.cli.database_copy import copied  # noqa: PLC0415 - not for help

    hidden = as_json and sys.stdout.isatty()
    copied(config_path(ctx), Path(other), as_json=as_json, hidden=hidden)


@command.command(
    "purge",
    cls=Command,
    short_help=N_("Take away what has been kept long enough."),
    help=N_(
        "Take away what has been kept for longer than 'retention' in vigie.yaml says: records as"
        " received from the sources, and closed cases with all that was stated, concluded and told"
        " of them. Whole months leave, in small lots: the daemon, which does the same once a day,"
        " may go on meanwhile. What leaves does not come back but from a backup."
    ),
    examples=(Example(N_("how much would leave"), "vigie db purge --dry-run"),),
)
@click.option("--dry-run", cls=Option, is_flag=True, help=N_("Only tell what it would do."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def purge(ctx: click.Context, *, dry_run: bool, as_json: bool) -> None:
    from monitor.cli.database_care import purged  # noqa: PLC0415 - not for help

    hidden = as_json and sys.stdout.isatty()
    purged(config_path(ctx), dry_run=dry_run, as_json=as_json, hidden=hidden)
