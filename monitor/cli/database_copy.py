"""`vigie db copy`: all that is stored, taken to another configuration's database."""

from contextlib import closing, nullcontext
from pathlib import Path

import click

from monitor.cli.output import show_json
from monitor.cli.progress import progress
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext
from monitor.clock.wall import SystemClock
from monitor.errors import InputError
from monitor.locale import N_
from monitor.settings import load_settings
from monitor.store.copying import copy_all, rows_to_copy
from monitor.store.database import open_database
from monitor.store.lock import sole_daemon


def copied(path: Path | None, other: Path, *, as_json: bool, hidden: bool) -> None:
    """Copy the database of this configuration to that of `other`.

    Raises:
        InputError: either cannot be used, both are one, a daemon holds the SQLite file, or the
            other holds something already.
    """
    settings, to = load_settings(path), load_settings(other)
    now = SystemClock().now()
    with opened_database(settings) as source, closing(open_database(to.database)) as target:
        if source.location == target.location:
            raise InputError(
                N_("database {location}: is the one to copy from; give another"),
                location=target.location,
            )
        # On PostgreSQL a daemon may be anywhere: that it is stopped is the operator's to see to.
        alone = sole_daemon(source, now=now) if source.is_sqlite else nullcontext()
        with alone, progress(gettext("Copying"), rows_to_copy(source), hidden=hidden) as done:
            rows = copy_all(source, target, done)
        location = target.location
    total = sum(rows.values())
    if as_json:
        show_json({"to": location, "rows": rows, "total": total})
        return
    click.echo(
        ngettext("{location}: {count} row copied", "{location}: {count} rows copied", total).format(
            location=location, count=total
        )
    )
