"""`vigie places`: local delivery places told from remote ones."""

from typing import TYPE_CHECKING, Any

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Option, config_path
from monitor.cli.output import show_json, show_table
from monitor.cli.terms import region_word
from monitor.cli.words import gettext, spoken
from monitor.errors import InputError
from monitor.locale import N_

if TYPE_CHECKING:
    from datetime import date

    from monitor.contract.book import ContractBook
    from monitor.contract.regions import PlaceDirectory, RegionAnswer
    from monitor.settings import Settings


@click.command(
    "places",
    cls=Command,
    help=N_(
        "Tell whether delivery places are local or remote, and why. A name may be written with or"
        " without accents, articles, province and postal code, or be a postal code alone. Without"
        " a name, the directory is listed; with --unknown, the places that sources stated and no"
        " directory knows, with the obligations that rest on a guess."
    ),
    examples=(
        Example(N_("one place, one postal code"), "vigie places 'iles de la madeleine' J0M1C0"),
        Example(N_("on a day, where a season decides"), "vigie places 'Île Verte' --on 2027-01-15"),
        Example(N_("what somebody should rule on, under 'places'"), "vigie places --unknown"),
    ),
)
@click.argument(
    "names",
    cls=Argument,
    type=TEXT,
    metavar=N_("[NAME...]"),
    nargs=-1,
    help=N_("Places to look up."),
)
@click.option(
    "--on",
    "day",
    cls=Option,
    metavar=N_("DATE"),
    help=N_("The day on which seasons are read (default: today)."),
)
@click.option("--unknown", cls=Option, is_flag=True, help=N_("List stated places nobody knows."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def command(
    ctx: click.Context, *, names: tuple[str, ...], day: str | None, unknown: bool, as_json: bool
) -> None:
    from monitor.cli.dates import read_day, today  # noqa: PLC0415 - not for help
    from monitor.configuration import contract_of  # noqa: PLC0415
    from monitor.settings import load_settings  # noqa: PLC0415

    settings = load_settings(config_path(ctx))
    book = contract_of(settings)
    directory = _directory(book)
    on = today(book) if day is None else read_day(day, "--on")
    if unknown:
        if names:
            raise click.UsageError(gettext("--unknown takes no name"), ctx)
        _show_unknown(settings, directory, on, as_json=as_json)
        return
    listed = names or tuple(place.name for place in directory.places)
    found = [(name, directory.region_of(name, on=on)) for name in listed]
    if as_json:
        show_json([_written(name, answer) for name, answer in found])
        return
    language = spoken()
    show_table(
        (gettext("Place"), gettext("Region"), gettext("Municipality"), gettext("Why"), ""),
        [
            (
                name,
                region_word(answer.region),
                answer.municipality or "",
                language.label(answer.reason),
                gettext("to be confirmed") if answer.provisional else "",
            )
            for name, answer in found
        ],
    )


def _directory(book: "ContractBook") -> "PlaceDirectory":
    directory = book.places(book.versions[-1])
    if directory is None:
        raise InputError(gettext("nothing in this contract depends on a place"))
    return directory


def _written(name: str, answer: "RegionAnswer") -> dict[str, Any]:
    return {
        "place": name,
        "region": answer.region,
        "municipality": answer.municipality,
        "known": answer.known,
        "provisional": answer.provisional,
        "confidence": answer.confidence.value,
        "reason_code": answer.reason_code.value,
        "reason": answer.reason.model_dump(),
    }


def _show_unknown(
    settings: "Settings", directory: "PlaceDirectory", on: "date", *, as_json: bool
) -> None:
    from monitor.cli.stored import opened_readings  # noqa: PLC0415 - not for help

    with opened_readings(settings) as readings:
        places = readings.provisional_places()
    found = [(place, directory.region_of(place, on=on), count) for place, count in places.items()]
    if as_json:
        show_json(
            [
                {
                    "place": place or None,
                    "obligations": count,
                    "region": answer.region,
                    "reason_code": answer.reason_code.value,
                    "reason": answer.reason.model_dump(),
                }
                for place, answer, count in found
            ]
        )
        return
    if not found:
        click.echo(gettext("Every place that was stated is known."))
        return
    counted = gettext("Obligations")
    show_table(
        (gettext("Place"), counted, gettext("Region"), gettext("Why")),
        [
            (
                place or gettext("(none stated)"),
                str(count),
                region_word(answer.region),
                spoken().label(answer.reason),
            )
            for place, answer, count in found
        ],
        right=(counted,),
    )
    click.echo()
    click.echo(gettext("Rule on them in vigie.yaml, under 'places'."))
