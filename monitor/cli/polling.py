"""`vigie source poll`: one poll now, through the daemon at work, or by itself where none is."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import click

from monitor.app import account_of, collector_of, control_key
from monitor.app.certificates import certificate_of
from monitor.cli.faults import show_fault, show_warning
from monitor.cli.output import show_json
from monitor.cli.progress import counting
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext
from monitor.clock.wall import SystemClock
from monitor.collectors.base import Batch
from monitor.collectors.poller import Outcome, PollResult, Recorded, poll_once, refresh_once
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import told
from monitor.outbound.pinned import PinnedAdapter
from monitor.settings import HttpSource, PushSettings, Settings, SourceSettings
from monitor.store.database import Database
from monitor.store.lock import holder, sole_daemon
from monitor.store.observations import Observations
from monitor.store.upkeep import Upkeep

_CONNECT_SECONDS = 5.0
_LONGEST_POLL = 1200.0
"""Seconds: twice what a poll's budget allows."""
_LIVES = timedelta(minutes=1)
"""How long ago the last sign of a replica may be."""
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what to ask, not to bind
_OUTCOMES = {
    Outcome.COMPLETE: N_("polled to the end"),
    Outcome.REFRESHED: N_("read anew"),
    Outcome.WAITING: N_("not asked: it wants to be left alone, or its circuit is open"),
    Outcome.FAULT: N_("the poll ended early"),
}


def poll(settings: Settings, source: SourceSettings, refs: Sequence[str], *, as_json: bool) -> bool:
    """Poll once and tell what came of it; whether it came to its end.

    Raises:
        InputError: the source is not one that can be asked so, the database cannot be used, or
            the daemon at work cannot be reached or refuses.
    """
    _require_askable(source, refs)
    with opened_database(settings) as database:
        at_work = _at_work(database)
        label = gettext("Polling {name}").format(name=source.name)
        with counting(label, hidden=as_json) as note:
            if at_work is None:
                clock = SystemClock()
                with sole_daemon(database, now=clock.now()):
                    result = _alone(database, source, refs, clock.now(), note)
                account = {"by": "command", **account_of(result)}
            else:
                answer = _through_daemon(settings, database, source.name, refs, at_work)
                account = {"by": "daemon", **answer}
    if as_json:
        show_json(account)
    else:
        _show(account)
    return account["outcome"] in (Outcome.COMPLETE, Outcome.REFRESHED)


def _require_askable(source: SourceSettings, refs: Sequence[str]) -> None:
    if isinstance(source, PushSettings):
        raise InputError(
            N_("{name}: it is not asked for anything: it tells by itself"), name=source.name
        )
    if refs and not isinstance(source, HttpSource):
        raise InputError(
            N_(
                "{name}: it cannot be asked for one case, as it is read from what is delivered;"
                " leave --case out"
            ),
            name=source.name,
        )


def _at_work(database: Database) -> str | None:
    """The daemon on this database, for people; None: there is none."""
    if database.path is not None:
        return holder(database.path)
    since = SystemClock().now() - _LIVES
    alive = [each.name for each in Upkeep(database).replicas() if each.seen_at >= since]
    return alive[0] if alive else None


class _Noting:
    """The store, and a word at each batch."""

    def __init__(self, store: Observations, note: Any) -> None:
        self._store = store
        self._note = note
        self._batches = 0
        self.load_window = store.load_window
        self.recall = store.recall
        self.record_fault = store.record_fault

    def record(self, name: str, batch: Batch, *, at: datetime) -> Recorded:
        recorded = self._store.record(name, batch, at=at)
        self._batches += 1
        count = self._batches
        self._note(ngettext("{n} batch", "{n} batches", count).format(n=count))
        return recorded


def _alone(
    database: Database, source: SourceSettings, refs: Sequence[str], now: datetime, note: Any
) -> PollResult:
    observations = Observations(database)
    observations.gone_after = {source.name: source.gone_after}
    store = _Noting(observations, note)
    with closing(collector_of(source)) as collector:
        if refs:
            return refresh_once(collector, store, refs, now)
        return poll_once(collector, store, now)


def _through_daemon(
    settings: Settings, database: Database, name: str, refs: Sequence[str], at_work: str
) -> dict[str, Any]:
    import requests  # noqa: PLC0415 - for this alone

    host = _ANY_ADDRESS.get(settings.http.host, settings.http.host)
    shown = f"[{host}]" if ":" in host else host
    certificate = certificate_of(settings.http.tls, "http.tls")
    scheme = "http" if certificate is None else "https"
    url = f"{scheme}://{shown}:{settings.http.port}"
    with requests.Session() as session:
        if certificate is not None:
            session.mount("https://", PinnedAdapter(certificate.fingerprint()))
        # The daemon is on this machine: no proxy stands between.
        session.trust_env = False
        try:
            answer = session.post(
                f"{url}/api/v1/sources/{name}/poll",
                json={"cases": list(refs)},
                headers={"Authorization": f"Bearer {control_key(database)}"},
                timeout=(_CONNECT_SECONDS, _LONGEST_POLL),
                allow_redirects=False,
            )
        except requests.RequestException:
            raise InputError(
                N_(
                    "a daemon is at work on this database ({holder}), but not to be reached on"
                    " {url}: run this on its machine with its vigie.yaml, and a fixed http.port"
                ),
                holder=at_work,
                url=url,
            ) from None
        try:
            content = answer.json()
        except ValueError:
            content = None
    if answer.ok and isinstance(content, dict):
        return content
    status = f"{answer.status_code} {answer.reason}"
    detail = content.get("detail", status) if isinstance(content, dict) else status
    raise InputError(
        N_("{name}: the daemon on {url} does not do it: {detail}"),
        name=name,
        url=url,
        detail=str(detail),
    )


def _show(account: Mapping[str, Any]) -> None:
    name = account["source"]
    for warning in account["warnings"]:
        show_warning(f"{name}: {warning}")
    for raw_status in account["unknown_statuses"]:
        show_warning(
            gettext("{name}: status mapped nowhere: {status}").format(name=name, status=raw_status)
        )
    for case in account["missing"]:
        show_warning(gettext("{name}: it does not have {case}").format(name=name, case=case))
    click.echo(
        gettext(
            "{name}: {outcome}; batches: {batches}, new statements: {observations}, known: {known},"
            " set aside: {quarantined}"
        ).format(
            **{**account, "outcome": gettext(_OUTCOMES[Outcome(account["outcome"])])},
            name=name,
        )
    )
    if account["fault"] is not None:
        show_fault([f"{name}: {told(account['fault'], gettext)}"])
    if account["by"] == "command" and account["observations"]:
        click.echo(gettext("No daemon is at work: it will be judged once 'vigie run' does."))
