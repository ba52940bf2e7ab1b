"""Commands that speak the reader's language, and take `--config` and `--lang` anywhere."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from monitor.cli.words import gettext
from monitor.locale import N_

CONFIG = "monitor.cli.config"
"""Where a context keeps the path given to `--config`."""


_Parameter = TypeVar("_Parameter", click.Option, click.Argument)


class Example(NamedTuple):
    """One line of a help text's examples."""

    purpose: str
    line: str


class _Text(click.types.StringParamType):
    """Text that can be compared, stored and shown, whatever the locale says the bytes given are."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text: str = super().convert(value, param, ctx)
        if text.isascii():
            return text
        try:
            # What the locale could not decode came as surrogates; it is UTF-8 all the same.
            return text.encode(errors="surrogateescape").decode()
        except UnicodeError:
            self.fail(gettext("it is not UTF-8 text"), param, ctx)


TEXT = _Text()


class Option(click.Option):
    """An option whose help is an English text, translated where it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return click.Option.get_help_record(_translated(self), ctx)


class Argument(click.Argument):
    """As `Option`."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        return click.Argument.get_help_record(_translated(self), ctx)

    def make_metavar(self, ctx: click.Context) -> str:
        return click.Argument.make_metavar(_translated(self), ctx)


class Command(click.Command):
    """A command whose help, examples included, is in English and translated where it is shown."""

    def __init__(self, *args: Any, examples: Sequence[Example] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params += _shared_options()

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            # Click translates it once, whatever language comes next.
            option.help = gettext("Show this message and exit.")
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [gettext(piece) for piece in super().collect_usage_pieces(ctx) if piece]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        spoken = copy.copy(self)
        spoken.help = gettext(self.help) if self.help else None
        super(Command, spoken).format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        spoken = copy.copy(self)
        spoken.short_help = gettext(self.short_help) if self.short_help else None
        return super(Command, spoken).get_short_help_str(limit)

    def format_epilog(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        if not self.examples:
            return
        formatter.write_paragraph()
        # Written as they are: a wrapped command could not be copied.
        formatter.write(gettext("Examples:") + "\n")
        for example in self.examples:
            formatter.write(f"  # {gettext(example.purpose)}\n  {example.line}\n")


class Group(Command, click.Group):
    """A command of commands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, subcommand_metavar=N_("COMMAND [ARGS]..."), **kwargs)


def config_path(ctx: click.Context) -> Path | None:
    """The configuration asked for by `--config` or VIGIE_CONFIG; None: the usual place."""
    return ctx.meta.get(CONFIG)


def _translated(parameter: _Parameter) -> _Parameter:
    spoken = copy.copy(parameter)
    if spoken.help:
        spoken.help = gettext(spoken.help)
    if spoken.metavar:
        spoken.metavar = gettext(spoken.metavar)
    return spoken


def _keep_config(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    # Given twice, the one nearer the end stands, as everywhere on a command line.
    if value == "":
        raise click.BadParameter(gettext("it is empty"))
    if value is not None:
        ctx.meta[CONFIG] = Path(value)


def _shared_options() -> list[click.Parameter]:
    return [
        Option(
            ["--config"],
            metavar=N_("FILE"),
            expose_value=False,
            callback=_keep_config,
            help=N_("The configuration (default: ./vigie.yaml, else nothing is configured)."),
        ),
        Option(
            ["--lang"],
            type=click.Choice(("fr", "en")),
            expose_value=False,
            help=N_("The language to speak (default: the locale's)."),
        ),
    ]
