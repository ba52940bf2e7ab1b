"""Arguments and options that several commands have in the same words."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from monitor.cli.command import TEXT, Argument, Option
from monitor.locale import N_

_Command = TypeVar("_Command", bound=Callable[..., Any])

_CASE_HELP = N_("The reference, or PROVIDER:KIND:REFERENCE.")


def case_argument(command: _Command) -> _Command:
    case = click.argument("case", cls=Argument, type=TEXT, metavar=N_("CASE"), help=_CASE_HELP)
    return case(command)


def optional_case_argument(command: _Command) -> _Command:
    case = click.argument(
        "case", cls=Argument, type=TEXT, required=False, metavar=N_("[CASE]"), help=_CASE_HELP
    )
    return case(command)


def json_option(command: _Command) -> _Command:
    help_ = N_("Write JSON.")
    return click.option("--json", "as_json", cls=Option, is_flag=True, help=help_)(command)


def zone_option(command: _Command) -> _Command:
    option = click.option(
        "--zone",
        "zone_name",
        cls=Option,
        metavar=N_("NAME"),
        help=N_("The zone of times without an offset, as America/Toronto."),
    )
    return option(command)


def past_options(known_at: str) -> Callable[[_Command], _Command]:
    """An instant of the past, by which of the two times, and its zone.

    `known_at` is the help of that option, marked.
    """

    def decorate(command: _Command) -> _Command:
        as_of = click.option(
            "--as-of",
            cls=Option,
            metavar="ISO8601",
            help=N_("As of an instant of the past, by all that is known today."),
        )
        known = click.option("--known-at", cls=Option, metavar="ISO8601", help=known_at)
        return as_of(known(zone_option(command)))

    return decorate
