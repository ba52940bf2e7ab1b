"""The `vigie` command itself: its table of commands, and how every run of it ends."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from monitor import __version__
from monitor.cli.command import CONFIG, Command, Group, Option
from monitor.cli.faults import INPUT_STATUS, fault_lines, show_fault, show_usage_fault
from monitor.cli.words import asked_language, gettext, speaking
from monitor.locale import N_

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_SPELLINGS: Mapping[str, str] = {"authorisation": "authorization"}
"""Commands by another spelling, which works and is not listed."""
_INTERRUPTED = 130
_READER_GONE = 141
"""128 and the signal's number, as for the programs that these signals end."""

SECTIONS: Mapping[str, Mapping[str, str]] = {
    N_("Ask"): {
        "commitments": N_("List what the contract promises."),
        "deadline": N_("Work out when something is due, and why."),
        "places": N_("Tell local delivery places from remote ones."),
        "calendar": N_("Draw a year of business days and holidays."),
        "contract": N_("Check, compare or describe contract files."),
    },
    N_("Set up"): {
        "init": N_("Write a commented vigie.yaml to start from."),
        "check": N_("Check the configuration and what it leads to."),
        "source": N_("Add, check and poll the sources, and try a file on a mapping."),
        "preview": N_("Tell what other rules would change, before they apply."),
        "completion": N_("Print the script that completes commands in a shell."),
    },
    N_("Watch"): {
        "simulate": N_("Play a provider to try a configuration on, or a whole year."),
        "demo": N_("See the whole at work on two simulated providers."),
        "run": N_("Watch the sources and escalate: the daemon."),
        "status": N_("List what is owed, the most urgent first."),
        "deliverable": N_("List recurring reports, and state when they arrive."),
        "organizations": N_("List the public bodies that sources name."),
        "explain": N_("Show how a case came to its figures, line by line."),
        "quarantine": N_("See to the records that cannot be read."),
        "outbox": N_("See to the messages that wait or were given up."),
        "channel": N_("List the channels, and send trial messages."),
        "metrics": N_("List what is on /metrics, and the question each answers."),
        "dashboards": N_("Write the Grafana dashboards and Prometheus rules to a folder."),
    },
    N_("On call"): {
        "ack": N_("Take a case in hand, so that its escalation waits."),
        "silence": N_("Keep quiet about what matches, for a time."),
        "hold": N_("Set a case apart, with a reason."),
        "policy": N_("Check the escalation policy, or play it through on a case."),
        "audit": N_("Read the log of what operators did, and check that it is whole."),
    },
    N_("Report"): {
        "report": N_("Make compliance reports of a period."),
        "derogation": N_("Take in the derogations that orders need."),
        "authorization": N_("Take in costs, and the authorisations that they need."),
    },
    N_("Keep"): {
        "user": N_("Say who may sign in on the board."),
        "token": N_("Give programs a token to read the API with."),
        "backfill": N_("Fill in the past of a source, telling nobody."),
        "db": N_("See to the database: state, upgrade, backup, purge."),
        "rebuild": N_("Work out all figures again, and tell what differs."),
    },
}
"""Each command is the `command` of the module of its name; a table, so that help imports none."""


class Root(Group):
    """Imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"monitor.cli.{cmd_name}").command
        assert isinstance(command, Command)  # noqa: S101 - a module of ours; narrows the type
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        args = [_SPELLINGS.get(args[0], args[0]), *args[1:]]
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=known, ctx=ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        # Not the group's own completion, which would import every command for its help.
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - for a shell only

        commands = {name: help_ for each in SECTIONS.values() for name, help_ in each.items()}
        named = [
            CompletionItem(name, help=gettext(help_))
            for name, help_ in commands.items()
            if name.startswith(incomplete)
        ]
        return named or click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(len(name) for name in self.list_commands(ctx))
        for title, commands in SECTIONS.items():
            with formatter.section(gettext(title)):
                rows = [(name.ljust(widest), gettext(help_)) for name, help_ in commands.items()]
                formatter.write_dl(rows)

    def main(  # type: ignore[override]  # click's overloads tell standalone modes apart; here is one
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        **extra: Any,
    ) -> None:
        """Run on these arguments, and end the process with the exit status."""
        arguments = list(sys.argv[1:] if args is None else args)
        # Python has none where the caller closed it; what is said there is lost, and no more.
        sys.stdout = sys.stdout or _nowhere()
        sys.stderr = sys.stderr or _nowhere()
        for stream in (sys.stdout, sys.stderr):
            # A terminal that lacks a letter shows a question mark, not a traceback.
            getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
        with speaking(asked_language(arguments, os.environ)):
            sys.exit(self._run(arguments, prog_name or "vigie", complete_var, extra))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # `| head` has read enough. What is still buffered would fail again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(_READER_GONE)
        return result

    def _run(
        self, arguments: list[str], prog_name: str, complete_var: str | None, extra: dict[str, Any]
    ) -> int:
        extra = {**extra, "standalone_mode": False}
        try:
            result = super().main(arguments, prog_name, complete_var, **extra)
        except click.Abort:
            return _INTERRUPTED
        except click.UsageError as error:
            show_usage_fault(error)
            return error.exit_code
        except Exception as error:
            lines = fault_lines(error)
            if lines is None:
                raise
            show_fault(lines)
            return INPUT_STATUS
        # What a command returns is its own affair; what it exits with comes as a number.
        return result if isinstance(result, int) else 0


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _show_version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click's signature
    if not asked or ctx.resilient_parsing:
        return
    from monitor.clock.zones import tzdata_version  # noqa: PLC0415 - rarely asked for

    click.echo(f"vigie {__version__} (tzdata {tzdata_version()})")
    ctx.exit()


@click.group(
    "vigie",
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_(
        "Vigie watches what a mobile telephony contract promises: what is owed on each case,"
        " when, and whether it was kept."
    ),
)
@click.option(
    "--version",
    cls=Option,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help=N_("Show the version, and the time zone data's, and exit."),
)
@click.pass_context
def vigie(ctx: click.Context) -> None:
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    if CONFIG not in ctx.meta and (path := os.environ.get("VIGIE_CONFIG")):
        ctx.meta[CONFIG] = Path(path)
