"""The database upgraded, copied, put back and purged, for a command."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import URL, make_url

from monitor.cli.database_state import megabytes, purged_json, purged_words
from monitor.cli.output import show_json
from monitor.cli.progress import progress
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext
from monitor.clock.wall import SystemClock
from monitor.engine.purge import Retention, old, purge_all
from monitor.errors import InputError
from monitor.locale import N_
from monitor.settings import Settings, load_settings
from monitor.store.backup import back_up, restore
from monitor.store.database import open_database
from monitor.store.lock import sole_daemon
from monitor.store.purging import Purging
from monitor.store.schema import current_revision, migrate, program_revision, steps_ahead


def upgraded(path: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Bring the tables up to date, or tell what that would take.

    Raises:
        InputError: the database cannot be used, is newer, or a daemon holds it.
    """
    settings = load_settings(path)
    with closing(open_database(settings.database, create=False)) as database:
        before, ahead = current_revision(database), steps_ahead(database)
        for step in ahead if not as_json else ():
            click.echo(f"{step.revision}  {step.title}")
        if ahead and not dry_run:
            with sole_daemon(database, now=SystemClock().now()):
                migrate(database, applied=(lambda _: None) if as_json else _reached)
    if as_json:
        show_json(
            {
                "from": before,
                "to": program_revision(),
                "steps": [{"revision": each.revision, "title": each.title} for each in ahead],
                "done": bool(ahead) and not dry_run,
            }
        )
    elif not ahead:
        click.echo(
            gettext("at revision {revision}: nothing to do").format(revision=program_revision())
        )
    elif not dry_run:
        click.echo(gettext("at revision {revision}").format(revision=program_revision()))


def _reached(revision: str) -> None:
    click.echo(gettext("{revision} is done").format(revision=revision))


def backed_up(path: Path | None, target: Path, *, replace: bool, as_json: bool) -> None:
    """Copy the database of this configuration.

    Raises:
        InputError: it is on PostgreSQL, cannot be read, or the copy cannot be made.
    """
    settings = load_settings(path)
    file = _sqlite_file(
        settings, N_("on PostgreSQL, its own program makes the copy: {command}"), _pg_dump(target)
    )
    with opened_database(settings), _pages(gettext("Copying")) as done:
        copy = back_up(file, target, replace=replace, progress=done)
    if as_json:
        show_json({"file": str(copy.path), "bytes": copy.bytes, "revision": copy.revision})
        return
    click.echo(
        gettext("{path} is written: {size}, revision {revision}, whole").format(
            path=copy.path, size=megabytes(copy.bytes), revision=copy.revision
        )
    )


@contextmanager
def _pages(label: str) -> Iterator[Callable[[int, int], None]]:
    """Progress by pages done of all."""
    percent = 100
    with progress(label, percent) as done:
        yield lambda so_far, of: done(so_far * percent // max(of, 1))


def restored(path: Path | None, copy: Path, *, as_json: bool) -> None:
    """Put a copy in the place of the database of this configuration.

    Raises:
        InputError: it is on PostgreSQL, a daemon holds it, or the copy cannot be used.
    """
    settings = load_settings(path)
    file = _sqlite_file(
        settings, N_("on PostgreSQL, its own program puts it back: {command}"), _pg_restore(copy)
    )
    done = restore(copy, file, now=SystemClock().now())
    aside = done.kept_aside
    if as_json:
        show_json(
            {
                "file": str(done.path),
                "revision": done.revision,
                "kept_aside": None if aside is None else str(aside),
            }
        )
        return
    click.echo(
        gettext("{path} is restored, at revision {revision}").format(
            path=done.path, revision=done.revision
        )
    )
    if aside is not None:
        click.echo(gettext("the one that was there is now {path}").format(path=aside))


def purged(path: Path | None, *, dry_run: bool, as_json: bool, hidden: bool) -> None:
    """Take away what has been kept long enough, or tell how much it is.

    Raises:
        InputError: the database cannot be used.
    """
    settings = load_settings(path)
    retention = Retention(**settings.retention.model_dump())
    now = SystemClock().now()
    with opened_database(settings) as database:
        store = Purging(database)
        gone = old(store, retention, now)
        if not dry_run:
            with progress(gettext("Purging"), gone.total, hidden=hidden) as done:
                gone = purge_all(store, retention, now, done)
    if as_json:
        show_json({**purged_json(gone), "done": not dry_run})
    elif dry_run:
        click.echo(gettext("would leave: {what}").format(what=purged_words(gone)))
    else:
        click.echo(gettext("purged: {what}").format(what=purged_words(gone)))


def _sqlite_file(settings: Settings, message: str, command: Callable[[str], str]) -> Path:
    """The file of the database.

    Raises:
        InputError: it is on PostgreSQL; the message gives the command to use there.
    """
    url = make_url(settings.database)
    if url.drivername.startswith("sqlite"):
        return Path(url.database or "")
    # Without the password, which belongs in ~/.pgpass.
    plain = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    )
    raise InputError(message, command=command(plain.render_as_string()))


def _pg_dump(target: Path) -> Callable[[str], str]:
    return lambda url: f"pg_dump --format=custom --file={target} {url}"


def _pg_restore(copy: Path) -> Callable[[str], str]:
    return lambda url: (
        f"pg_restore --clean --if-exists --exit-on-error --single-transaction --dbname={url} {copy}"
    )
