"""Corrections of a source's words, for `vigie source` and `vigie check`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from monitor.app import Words
from monitor.cli.output import show_json
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock.wall import SystemClock
from monitor.contract.model import Status
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.alerts.interventions import Act
    from monitor.app.words import Word
    from monitor.settings import Settings


def corrected_words(settings: "Settings") -> Sequence["Word"]:
    """Those in force; none where there is no database to have them."""
    try:
        with opened_database(settings) as database:
            return Words(database, settings.sources).corrected()
    except InputError:
        return ()


def sentences(words: Sequence["Word"]) -> Iterator[tuple[bool, str]]:
    """One a correction, and whether there is anything to be done about it."""
    for word in words:
        made, status = word.correction, word.correction.status
        if word.configured is None:
            text = gettext(
                "{source}: '{word}' is read as {status}, as {by} said; write it into status_map"
            )
        elif word.configured is status:
            text = gettext(
                "{source}: '{word}' is in status_map by now; the correction of {by} is needed no"
                " more"
            )
        else:
            text = gettext(
                "{source}: '{word}' was corrected to {status} by {by}, without effect: status_map"
                " says {configured}, which holds"
            )
        yield (
            word.configured is not status,
            text.format(
                source=made.source,
                word=made.word,
                status=status and status.value,
                by=made.by,
                configured=word.configured and word.configured.value,
            ),
        )


def as_json(word: "Word") -> dict[str, Any]:
    made = word.correction
    return {
        "word": made.word,
        "status": made.status,
        "configured": word.configured,
        "by": made.by,
        "why": made.why,
        "at": made.at.isoformat(),
    }


def correct(
    settings: "Settings", source: str, word: str, status: str | None, act: "Act", *, json: bool
) -> None:
    """Read a word so, and say what that changed; None: take it back.

    Raises:
        InputError: as `Words.correct`, or the database cannot be used.
    """
    with opened_database(settings) as database:
        found = Words(database, settings.sources).correct(
            source, word, None if status is None else Status(status), act, SystemClock().now()
        )
    if json:
        show_json({"source": source, "word": word, "status": status, "read": found.statements})
        return
    stage = gettext("unknown") if found.status is None else spoken().status(found.status)
    text = ngettext(
        "'{word}' is read as “{stage}” from now on: {n} statement was read anew.",
        "'{word}' is read as “{stage}” from now on: {n} statements were read anew.",
        found.statements,
    )
    click.echo(text.format(word=word, stage=stage, n=found.statements))
