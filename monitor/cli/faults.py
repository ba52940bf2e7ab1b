"""What a user reads when something is wrong: a line for each thing, never a traceback."""

import os
import sys
from collections.abc import Sequence

import click

from monitor.cli.words import gettext
from monitor.errors import InputError
from monitor.locale import N_

INPUT_STATUS = 2
_OFTEN = (
    N_("Is a directory"),
    N_("No space left on device"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Permission denied"),
    N_("Read-only file system"),
)


def fault_lines(error: Exception) -> list[str] | None:
    """The lines that tell of an error; None where it is a defect of the program's own."""
    if isinstance(error, InputError):
        return [line for line in error.told(gettext).splitlines() if line.strip()]
    if isinstance(error, click.ClickException):
        return [_one_line(error.format_message())]
    if isinstance(error, OSError):
        what = system_words(error)
        return [what if error.filename is None else f"{error.filename}: {what}"]
    # Looked up, not imported: without the store there is nothing of its kind to catch.
    database_fault = getattr(sys.modules.get("sqlalchemy.exc"), "DBAPIError", None)
    if database_fault is not None and isinstance(error, database_fault):
        return [f"database: {str(error.orig).splitlines()[0]}"]
    return None


def system_words(error: OSError) -> str:
    """What the system says, in the language being spoken where it is said often."""
    what = error.strerror or str(error) or type(error).__name__
    return gettext(what) if what in _OFTEN else what


def show_fault(lines: Sequence[str]) -> None:
    for line in lines:
        show_line(gettext("Error: {message}").format(message=line), "red")


def show_warning(line: str) -> None:
    show_line(gettext("Warning: {message}").format(message=line), "yellow")


def show_usage_fault(error: click.UsageError) -> None:
    """What is wrong with the arguments on one line, and on another where to read about them."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return
    show_fault([_one_line(error.format_message())])
    # An option without its value is found by the parser, which knows no command.
    path = "vigie" if error.ctx is None else error.ctx.command_path
    click.echo(gettext("Try '{command}'.").format(command=f"{path} --help"), err=True)


def show_line(line: str, colour: str) -> None:
    """The line on standard error, its first word coloured on a terminal that wants colours."""
    label, colon, rest = line.partition(":")
    color = False if os.environ.get("NO_COLOR") else None
    click.secho(label + colon, fg=colour, bold=True, err=True, nl=False, color=color)
    click.echo(rest, err=True)


def _one_line(message: str) -> str:
    return " ".join(message.split())
