"""What `vigie check` looks at, each with what it found."""

import http.client
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar

from monitor.cli.dates import today
from monitor.cli.words import gettext, ngettext
from monitor.clock.wall import SystemClock
from monitor.clock.zones import tzdata_version
from monitor.configuration import contract_of, disagreements
from monitor.contract.book import ContractBook
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import told
from monitor.located_yaml import LocatedDocument
from monitor.settings import Settings, SourceSettings, located_settings

_Made = TypeVar("_Made")

_KNOCK_SECONDS = 2
_READ_AT_MOST = 1_000_000
_SOON_DAYS = 30
"""As early as those who give certificates for three months would have them renewed."""


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    item: str
    level: Level
    message: str


class Checks:
    """Looks at one thing after another; a thing that rests on a broken one is left out."""

    def __init__(self, path: Path | None, *, connect: bool) -> None:
        self._path = path
        self._connect = connect

    def run(self) -> Iterator[Finding]:
        """Findings as they are made; a source that is slow to answer holds up only those after."""
        found, wrong = _attempt("configuration", lambda: located_settings(self._path))
        yield from wrong
        if found is None:
            return
        settings, document = found
        where = document.name if document.content else gettext("embedded defaults")
        yield Finding("configuration", Level.OK, where)
        yield from _contract(settings, document)
        yield from _database(settings)
        yield from _http(settings)
        yield from _certificates(settings)
        yield from _traces(settings)
        yield from _channels(settings)
        yield from _watching(settings)
        for source in settings.sources:
            yield from check_source(source, connect=self._connect)
        yield from check_words(settings)
        if not settings.sources:
            nothing = (
                gettext("none: reports that come due are all that will be watched")
                if settings.deliverables
                else gettext("none: nothing will be watched")
            )
            yield Finding("sources", Level.WARNING, nothing)


def _attempt(item: str, make: Callable[[], _Made]) -> tuple[_Made | None, list[Finding]]:
    try:
        return make(), []
    except InputError as error:
        lines = error.told(gettext).splitlines()
        return None, [Finding(item, Level.ERROR, line) for line in lines]


def _contract(settings: Settings, document: LocatedDocument) -> Iterator[Finding]:
    book, wrong = _attempt("contract", lambda: contract_of(settings))
    yield from wrong
    if book is None:
        return
    for version in book.versions:
        count = len(version.commitments)
        yield Finding(
            "contract",
            Level.OK,
            ngettext(
                "{id} {version}, from {date}: {count} commitment",
                "{id} {version}, from {date}: {count} commitments",
                count,
            ).format(
                id=version.id, version=version.version, date=version.effective_from, count=count
            ),
        )
    yield from _calendars(book)
    problems = list(disagreements(settings, document, book))
    for problem in problems:
        about_reports = problem.key.startswith("deliverables[")
        item = "deliverables" if about_reports else "policy"
        yield Finding(item, Level.ERROR, problem.told(gettext))
    if not problems:
        yield from _deliverables(settings, today(book))
    for policy in (*settings.policies, settings.policy):
        name = f"{policy.name}: " if policy.name else ""
        if not policy.steps:
            message = name + gettext("no step: nobody will be told")
            yield Finding("policy", Level.WARNING, message)
        elif not problems:
            steps = ", ".join(f"{step.id} ({step.at})" for step in policy.steps)
            yield Finding("policy", Level.OK, name + steps)


def _calendars(book: ContractBook) -> Iterator[Finding]:
    version = book.versions[-1]
    names = {commitment.calendar for commitment in version.commitments}
    for name in sorted(names | {version.support_hours, version.business_days}):
        calendar = book.calendar(version, name)
        message = gettext("{name}: {first} to {last}, {zone} (tzdata {tzdata})").format(
            name=name,
            first=calendar.valid_from,
            last=calendar.valid_until - timedelta(days=1),
            zone=calendar.zone,
            tzdata=tzdata_version(),
        )
        yield Finding("calendar", Level.OK, message)


def _deliverables(settings: Settings, now_on: date) -> Iterator[Finding]:
    for each in settings.deliverables:
        schedules = each.schedules()
        upcoming = next(schedules[0].periods(now_on), None)
        text = (
            gettext("{commitment}, {provider}: {first} to {last}, all ended")
            if upcoming is None
            else ngettext(
                "{commitment}, {provider}: from {first}, {count} report a period; the next period"
                " ends {day}",
                "{commitment}, {provider}: from {first}, {count} reports a period; the next period"
                " ends {day}",
                len(schedules),
            )
        )
        message = text.format(
            commitment=each.commitment,
            provider=each.provider,
            first=each.first,
            last=each.last,
            count=len(schedules),
            day="" if upcoming is None else upcoming.last_day(each.billing_day),
        )
        yield Finding("deliverables", Level.OK, message)


def _database(settings: Settings) -> Iterator[Finding]:
    # Loaded here: a broken configuration is told without them.
    from monitor.store.database import open_database  # noqa: PLC0415
    from monitor.store.schema import SchemaState, require_current, schema_state  # noqa: PLC0415

    file = settings.database.removeprefix("sqlite:///")
    if file != settings.database and not Path(file).exists():
        yield _new_file(Path(file))
        return
    database, wrong = _attempt("database", lambda: open_database(settings.database, create=False))
    yield from wrong
    if database is None:
        return
    with closing(database):
        state = schema_state(database)
        if state is SchemaState.NEWER:
            yield from _attempt("database", lambda: require_current(database))[1]
            return
    message = {
        SchemaState.CURRENT: gettext("{location}: up to date"),
        SchemaState.BEHIND: gettext("{location}: 'vigie run' will bring its tables up to date"),
    }[state]
    yield Finding("database", Level.OK, message.format(location=database.location))


def _new_file(path: Path) -> Finding:
    folder = path.parent
    if not folder.is_dir():
        message = gettext("{path}: the folder {folder} does not exist; create it")
        return Finding("database", Level.ERROR, message.format(path=path, folder=folder))
    if not os.access(folder, os.W_OK):
        message = gettext("{path}: the folder {folder} is not writable by this user")
        return Finding("database", Level.ERROR, message.format(path=path, folder=folder))
    message = gettext("{path}: is not there yet; 'vigie run' creates it")
    return Finding("database", Level.OK, message.format(path=path))


def _http(settings: Settings) -> Iterator[Finding]:
    from monitor.web.server import require_free  # noqa: PLC0415 - as for the database

    host, port = settings.http.host, settings.http.port
    _, wrong = _attempt("http", lambda: require_free(host, port))
    if wrong and _is_vigie(host, port, tls=settings.http.tls is not None):
        message = gettext("{host}:{port}: a running Vigie answers there")
        yield Finding("http", Level.OK, message.format(host=host, port=port))
    elif wrong:
        yield from wrong
    else:
        message = gettext("{host}:{port}: free") if port else gettext("{host}: any free port")
        yield Finding("http", Level.OK, message.format(host=host, port=port))


def _certificates(settings: Settings) -> Iterator[Finding]:
    """Whether the certificates that servers show can be used, and hold for a while yet."""
    from monitor.app.certificates import certificate_of  # noqa: PLC0415 - as for the database

    listen = settings.metrics.listen
    for tls, key in (
        (settings.http.tls, "http.tls"),
        (None if listen is None else listen.tls, "metrics.listen.tls"),
    ):
        certificate = certificate_of(tls, key)
        if certificate is None:
            continue
        _, wrong = _attempt("certificate", certificate.context)
        held, unread = _attempt("certificate", certificate.held)
        yield from wrong or unread
        if held is not None and not wrong:
            yield _held(key, *held, SystemClock().now())


def _held(key: str, since: datetime, until: datetime, now: datetime) -> Finding:
    if now < since:
        level, text = Level.ERROR, gettext("{key}: the certificate does not hold before {day}")
        return Finding("certificate", level, text.format(key=key, day=since.date()))
    days = (until - now).days
    if until < now:
        level, text = Level.ERROR, gettext("{key}: the certificate has not held since {day}")
    elif days < _SOON_DAYS:
        level = Level.WARNING
        text = ngettext(
            "{key}: the certificate holds {n} day more, until {day}: renew it, then reload",
            "{key}: the certificate holds {n} days more, until {day}: renew it, then reload",
            days,
        )
    else:
        level, text = Level.OK, gettext("{key}: the certificate holds until {day}")
    return Finding("certificate", level, text.format(key=key, n=days, day=until.date()))


def _traces(settings: Settings) -> Iterator[Finding]:
    from monitor.app.tracing import Traces  # noqa: PLC0415 - as for the database

    if settings.traces is None:
        return
    traces, wrong = _attempt("traces", partial(Traces, settings.traces))
    if traces is None:
        yield from wrong
    else:
        traces.close()
        yield Finding("traces", Level.OK, settings.traces.endpoint)


def _is_vigie(host: str, port: int, *, tls: bool) -> bool:
    """Whether the port is taken by what the configuration is for: checked while it runs."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared only
    try:
        # A host that is no name at all is refused here, before anything is sent.
        # Whose certificate it is does not matter: nothing secret is said.
        connection = (
            http.client.HTTPSConnection(
                reached,
                port,
                timeout=_KNOCK_SECONDS,
                context=ssl._create_unverified_context(),  # noqa: S323, SLF001 - as above
            )
            if tls
            else http.client.HTTPConnection(reached, port, timeout=_KNOCK_SECONDS)
        )
        with closing(connection):
            # Open to all, unlike what may be kept to a scraper.
            connection.request("GET", "/healthz")
            return b'"stalled"' in connection.getresponse().read(_READ_AT_MOST)
    except (OSError, ValueError, http.client.HTTPException):
        return False


def _channels(settings: Settings) -> Iterator[Finding]:
    from monitor.app import channel_of  # noqa: PLC0415 - as for the database

    used = {recipient.channel for recipient in settings.recipients}
    for name, channel in settings.channels.items():
        made, wrong = _attempt("channel", partial(channel_of, name, channel))
        yield from wrong
        if made is None:
            continue
        made.close()
        count = sum(recipient.channel == name for recipient in settings.recipients)
        message = ngettext(
            "{name} ({type}): {count} recipient", "{name} ({type}): {count} recipients", count
        ).format(name=name, type=channel.type, count=count)
        level = Level.OK if name in used else Level.WARNING
        yield Finding("channel", level, message)
    if not settings.recipients:
        yield Finding("recipients", Level.WARNING, gettext("none: nobody will be told"))


def _watching(settings: Settings) -> Iterator[Finding]:
    """Who is told that Vigie is at work, and that it is not. Neither is tried: it would be told."""
    heartbeat, watch = settings.heartbeat, settings.watch
    message = gettext("none: nobody is told that Vigie is at work, nor misses it")
    if heartbeat is not None:
        ways = []
        if heartbeat.url is not None:
            ways.append(gettext("to an address of its own"))
        if heartbeat.alertmanager is not None:
            way = gettext("to Alertmanager by the channel '{name}'")
            ways.append(way.format(name=heartbeat.alertmanager))
        message = gettext(
            "every {seconds} s while all goes round, {where}; not sent by this check, even with"
            " --connect"
        ).format(seconds=_seconds(heartbeat.every), where=", ".join(ways))
    yield Finding("heartbeat", Level.OK, message)
    message = gettext("none: nobody is told when judging or delivering is stuck")
    if watch is not None:
        message = gettext(
            "'{channel}' to {address}, past the outbox: once a message has waited {outbox} s, or"
            " nothing was judged for {tick} s; try it with: {command}"
        ).format(
            channel=watch.channel,
            address=watch.address,
            outbox=_seconds(watch.outbox_older_than),
            tick=_seconds(watch.tick_older_than),
            command=f"vigie channel test {watch.channel}",
        )
    yield Finding("watch", Level.OK, message)


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g}"


def check_source(source: SourceSettings, *, connect: bool) -> Iterator[Finding]:
    """Whether one source can be made and, with `connect`, whether it answers."""
    from monitor.app import collector_of  # noqa: PLC0415 - as for the database
    from monitor.collectors.base import SourceFault  # noqa: PLC0415

    item = "source"
    collector, wrong = _attempt(item, lambda: collector_of(source))
    yield from wrong
    if collector is None:
        return
    with closing(collector):
        if not connect:
            yield Finding(item, Level.OK, _described(source))
            return
        try:
            said, level = collector.check(), Level.OK
        except SourceFault as fault:
            said, level = fault.said, Level.ERROR
        message = gettext("{name}: {said}").format(name=source.name, said=told(said, gettext))
        yield Finding(item, level, message)


def check_words(settings: Settings, source: str | None = None) -> Iterator[Finding]:
    """What operators said of words, of all sources or of one; where there is a database."""
    from monitor.cli.source_words import corrected_words, sentences  # noqa: PLC0415 - as above

    words = [word for word in corrected_words(settings) if source in (None, word.correction.source)]
    for is_news, sentence in sentences(words):
        yield Finding("source", Level.WARNING if is_news else Level.OK, sentence)


def _described(source: SourceSettings) -> str:
    where = {"name": source.name, "kind": source.kind, "location": source.location}
    if source.every is None:
        seconds = int(source.stale_after.total_seconds())
        text = gettext("{name} ({kind}): {location}, at least every {seconds} s")
    else:
        seconds = int(source.every.total_seconds())
        text = gettext("{name} ({kind}): {location}, every {seconds} s; try it with --connect")
    return text.format(**where, seconds=seconds)


_LEVELS = {Level.OK: N_("ok"), Level.WARNING: N_("warning"), Level.ERROR: N_("error")}
_ITEMS = {
    "configuration": N_("configuration"),
    "contract": N_("contract"),
    "calendar": N_("calendar"),
    "deliverables": N_("deliverables"),
    "policy": N_("policy"),
    "database": N_("database"),
    "http": "http",
    "certificate": N_("certificate"),
    "traces": N_("traces"),
    "channel": N_("channel"),
    "recipients": N_("recipients"),
    "heartbeat": N_("heartbeat"),
    "watch": N_("watch"),
    "source": N_("source"),
    "sources": N_("sources"),
}


def level_word(level: Level) -> str:
    """The level as people read it."""
    return gettext(_LEVELS[level])


def item_word(item: str) -> str:
    """What was looked at, as people read it."""
    return gettext(_ITEMS[item])
