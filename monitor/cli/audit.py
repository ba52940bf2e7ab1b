"""`vigie audit`: what operators did, and whether the log of it is whole."""

import json

import click

from monitor.cli.command import Command, Example, Group, Option
from monitor.cli.shared_options import json_option
from monitor.cli.words import gettext
from monitor.locale import N_

_TAMPERED = 1


@click.group(
    "audit",
    cls=Group,
    help=N_(
        "Read the log of what operators did: every acknowledgement, silence and hold, by the"
        " command line, over HTTP or by a message's link. Lines are only added, and each holds the"
        " hash of the one before."
    ),
    examples=(
        Example(N_("the last ten"), "vigie audit list --limit 10"),
        Example(N_("whether it is whole"), "vigie audit verify"),
    ),
)
def command() -> None:
    pass


@command.command(
    "list",
    cls=Command,
    short_help=N_("List what was done, the latest first."),
    help=N_("List what was done, the latest first."),
    examples=(Example(N_("for a script"), "vigie audit list --json"),),
)
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(min=1),
    metavar=N_("NUMBER"),
    help=N_("No more than so many (default: all)."),
)
@json_option
@click.pass_context
def list_(ctx: click.Context, *, limit: int | None, as_json: bool) -> None:
    from monitor.cli.on_call import desk  # noqa: PLC0415 - not for help
    from monitor.cli.output import show_json, show_table  # noqa: PLC0415

    with desk(ctx) as at:
        entries = at.audit.entries(limit)
    if as_json:
        show_json(
            [
                {
                    "number": entry.number,
                    "at": at.written(entry.at),
                    "who": entry.who,
                    "how": entry.how.value,
                    "what": entry.what,
                    "details": dict(entry.details),
                    "hash": entry.digest,
                }
                for entry in entries
            ]
        )
    elif not entries:
        click.echo(gettext("None."))
    else:
        show_table(
            ("", gettext("When"), gettext("Who"), gettext("How"), gettext("What"), ""),
            [
                (
                    str(entry.number),
                    at.shown(entry.at),
                    entry.who,
                    entry.how.value,
                    entry.what,
                    json.dumps(
                        {name: value for name, value in entry.details.items() if value is not None},
                        ensure_ascii=False,
                    ),
                )
                for entry in entries
            ],
        )


@command.command(
    "verify",
    cls=Command,
    short_help=N_("Tell whether the log was changed."),
    help=N_(
        "Compute every hash of the log anew: a line changed, put in or taken out between others"
        " shows, and the exit status is 1. Lines cut off the end show only against a hash noted"
        " elsewhere before: give it with --head."
    ),
    examples=(
        Example(N_("now"), "vigie audit verify"),
        Example(N_("against the hash of last month's report"), "vigie audit verify --head 4f0c…"),
    ),
)
@click.option("--head", cls=Option, metavar=N_("HASH"), help=N_("A hash that some line must have."))
@json_option
@click.pass_context
def verify(ctx: click.Context, *, head: str | None, as_json: bool) -> None:
    from monitor.cli.faults import show_fault  # noqa: PLC0415 - not for help
    from monitor.cli.on_call import desk  # noqa: PLC0415
    from monitor.cli.output import show_json  # noqa: PLC0415
    from monitor.locale.marking import told  # noqa: PLC0415

    with desk(ctx) as at:
        found = at.audit.verify(head)
    if as_json:
        show_json(
            {
                "ok": found.wrong is None,
                "entries": found.entries,
                "head": found.head,
                "problem": found.wrong,
            }
        )
    elif found.wrong is None:
        text = gettext("{count} lines, whole; the last one's hash is {head}")
        click.echo(text.format(count=found.entries, head=found.head))
    else:
        show_fault(
            [
                gettext("the audit log is not whole: {wrong}").format(
                    wrong=told(found.wrong, gettext)
                )
            ]
        )
    ctx.exit(0 if found.wrong is None else _TAMPERED)
