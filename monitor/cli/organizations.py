"""`vigie organizations`: the public bodies that sources name, known to the configuration or not."""

from typing import TYPE_CHECKING

import click

from monitor.cli.command import Command, Example, Option, config_path
from monitor.locale import N_

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor.store.readings import Readings


@click.command(
    "organizations",
    cls=Command,
    help=N_(
        "List the public bodies that sources name, with the names that the configuration gives"
        " them. One that it does not know is watched like any other, under the source's word for"
        " it; list it under organizations to give it a name."
    ),
    examples=(
        Example(N_("those to be named in vigie.yaml"), "vigie organizations --unknown"),
        Example(N_("for a script"), "vigie organizations --json"),
    ),
)
@click.option(
    "--unknown",
    cls=Option,
    is_flag=True,
    help=N_("Only those that the configuration does not know."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def command(ctx: click.Context, *, unknown: bool, as_json: bool) -> None:
    # Help is shown without what these load.
    from monitor.cli.output import show_json, show_table  # noqa: PLC0415
    from monitor.cli.stored import opened_readings  # noqa: PLC0415
    from monitor.cli.words import gettext  # noqa: PLC0415
    from monitor.settings import load_settings  # noqa: PLC0415

    settings = load_settings(config_path(ctx))
    with opened_readings(settings) as readings:
        listed = [row for row in _listed(settings, readings) if not unknown or row["name"] is None]
    if as_json:
        show_json(listed)
    elif listed:
        show_table(
            (gettext("Id"), gettext("Name")),
            [(str(row["id"]), row["name"] or gettext("(unknown)")) for row in listed],
        )


def _listed(settings: "Settings", readings: "Readings") -> list[dict[str, str | None]]:
    """Every body ever named by a source, in order; `name` is None where nobody gave one."""
    names = {each.id: each.name for each in settings.organizations}
    return [{"id": id_, "name": names.get(id_)} for id_ in readings.organizations()]
