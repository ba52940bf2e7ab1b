"""`vigie channel`: the ways a message may travel, and whether it gets through."""

from typing import TYPE_CHECKING

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option, config_path
from monitor.locale import N_

if TYPE_CHECKING:
    from monitor.settings import Settings


@click.group(
    "channel",
    cls=Group,
    help=N_("List the channels that vigie.yaml defines, and try them."),
    examples=(
        Example(N_("what is configured"), "vigie channel list"),
        Example(N_("send a trial message"), "vigie channel test mail --to me@example.org"),
    ),
)
def command() -> None:
    pass


@command.command(
    "list",
    cls=Command,
    help=N_("List the channels, with how many recipients each has and where it falls back to."),
    examples=(Example(N_("for a script"), "vigie channel list --json"),),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    from monitor.cli.channel_trial import show_channels  # noqa: PLC0415 - not for help

    show_channels(_settings(ctx), as_json=as_json)


@command.command(
    "test",
    cls=Command,
    short_help=N_("Send a trial message, and print the answer."),
    help=N_(
        "Send a message that is marked as a trial, in French and English, and print what the"
        " receiver answers. It goes to --to, else to the first recipient of the channel. An"
        " incident that it opens is closed at once. Exits with status 1 when it does not get"
        " through. The database is not touched."
    ),
    examples=(
        Example(N_("to oneself"), "vigie channel test mail --to me@example.org"),
        Example(N_("for a script"), "vigie channel test pager --json"),
    ),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=N_("NAME"))
@click.option("--to", cls=Option, type=TEXT, metavar=N_("ADDRESS"), help=N_("Whom to send it to."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def test(ctx: click.Context, *, name: str, to: str | None, as_json: bool) -> None:
    from monitor.cli.channel_trial import send_trial  # noqa: PLC0415 - not for help

    if not send_trial(_settings(ctx), name, to, as_json=as_json):
        ctx.exit(1)


@command.command(
    "schema",
    cls=Command,
    help=N_("Print the JSON Schema of what webhooks post and JSON files hold."),
    examples=(Example(N_("for a program"), "vigie channel schema > webhook.schema.json"),),
)
def schema() -> None:
    from monitor.alerts.channels.payload import payload_schema  # noqa: PLC0415 - not for help
    from monitor.cli.output import show_json  # noqa: PLC0415 - as above

    show_json(payload_schema())


def _settings(ctx: click.Context) -> "Settings":
    from monitor.settings import load_settings  # noqa: PLC0415 - not for help

    return load_settings(config_path(ctx))
