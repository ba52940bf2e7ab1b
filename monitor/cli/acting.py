"""Options of every command by which an operator acts."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from monitor.cli.command import TEXT, Option
from monitor.locale import N_

_Command = TypeVar("_Command", bound=Callable[..., Any])

BY_HELP = N_("Who does it (default: the user logged in).")


def by_option(command: _Command) -> _Command:
    option = click.option("--by", cls=Option, type=TEXT, metavar=N_("NAME"), help=BY_HELP)
    return option(command)


def why_option(command: _Command) -> _Command:
    help_ = N_("Why, in a few words; it is kept, and shown.")
    return click.option("--why", cls=Option, type=TEXT, metavar=N_("TEXT"), help=help_)(command)


def require(ctx: click.Context, **given: object) -> None:
    """Refuse where one of these options is missing.

    Raises:
        UsageError: the first that is.
    """
    from monitor.cli.words import gettext  # noqa: PLC0415 - not for help

    for name, value in given.items():
        if value is None:
            text = gettext("--{name} is missing: it is needed here").format(name=name)
            raise click.UsageError(text, ctx)
