"""`vigie check`: whether what is configured holds together, and can be reached."""

import click

from monitor.cli.command import Command, Example, Option, config_path
from monitor.cli.faults import INPUT_STATUS
from monitor.cli.output import show_json
from monitor.locale import N_

_COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


@click.command(
    "check",
    cls=Command,
    help=N_(
        "Check the configuration and what it leads to: the contract, the policy, the mappings, the"
        " database, the port and the channels; with --connect, each source is asked for one"
        " record. One line an item; exit status 2 if any is an error. Nothing is changed and"
        " nothing is sent to anybody."
    ),
    examples=(
        Example(N_("before starting, or after an edit"), "vigie check"),
        Example(N_("with the sources reached for"), "vigie check --connect"),
        Example(N_("another file, for a script"), "vigie --config /etc/vigie.yaml check --json"),
    ),
)
@click.option("--connect", cls=Option, is_flag=True, help=N_("Ask each source for one record."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def command(ctx: click.Context, *, connect: bool, as_json: bool) -> None:
    from monitor.cli.checks import Checks, Level, item_word, level_word  # noqa: PLC0415 - see its imports

    found = []
    for finding in Checks(config_path(ctx), connect=connect).run():
        found.append(finding)
        if not as_json:
            word = click.style(f"{level_word(finding.level):<9}", fg=_COLOURS[finding.level])
            click.echo(f"{word}{item_word(finding.item):<15} {finding.message}")
    failed = any(finding.level is Level.ERROR for finding in found)
    if as_json:
        items = [
            {"item": finding.item, "level": finding.level.value, "message": finding.message}
            for finding in found
        ]
        show_json({"ok": not failed, "items": items})
    ctx.exit(INPUT_STATUS if failed else 0)
