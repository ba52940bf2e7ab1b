"""What `vigie outbox` does, on the database that vigie.yaml names."""

import getpass
from collections.abc import Sequence
from typing import Any

import click

from monitor.alerts.notification import MAIL_ADDRESS
from monitor.alerts.outbox_store import Attempt, Outcome, State
from monitor.cli.output import show_json, show_table
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.errors import InputError
from monitor.locale import N_
from monitor.located_yaml.words import one_of
from monitor.settings import Settings
from monitor.settings.channels import carries_files, needs_mail_address
from monitor.shown.instants import written, written_if_any
from monitor.store.outbox_desk import Letter, OutboxDesk, Which

_ZONE = zone("America/Toronto")
_MOST = 100_000
_STATES = {
    State.QUEUED: N_("waiting"),
    State.SENT: N_("sent"),
    State.DEAD: N_("not delivered"),
    State.DISCARDED: N_("discarded"),
}
_OUTCOMES = {
    Outcome.ACCEPTED: N_("accepted"),
    Outcome.FAILED: N_("failed"),
    Outcome.REFUSED: N_("refused"),
    Outcome.REQUEUED: N_("to be tried anew"),
    Outcome.DISCARDED: N_("discarded"),
}


def which(
    state: str | None, *, channel: str | None, address: str | None, step: str | None
) -> Which:
    """What the options of `list` ask for."""
    states = {None: (State.QUEUED, State.DEAD), "all": tuple(State)}.get(state)
    return Which(
        states=(State(state),) if states is None and state else states or (),
        channel=channel,
        address=address,
        step=step,
    )


def show_letters(settings: Settings, wanted: Which, limit: int, *, as_json: bool) -> None:
    """Print them; nothing where there are none.

    Raises:
        InputError: as `opened_database`.
    """
    with opened_database(settings) as database:
        letters = OutboxDesk(database).letters(wanted, limit)
    if as_json:
        show_json([_as_json(each) for each in letters])
    elif letters:
        show_table(
            (
                gettext("Number"),
                gettext("State"),
                gettext("Decided"),
                gettext("Channel"),
                gettext("To"),
                gettext("Attempts"),
                gettext("Subject"),
                gettext("Last word"),
            ),
            [_row(each) for each in letters],
            right=(gettext("Number"), gettext("Attempts")),
        )


def show_letter(settings: Settings, name: str, *, as_json: bool) -> None:
    """Print one message whole, with its history.

    Raises:
        InputError: there is none, or several, of that name.
    """
    with opened_database(settings) as database:
        desk = OutboxDesk(database)
        letter = _one(desk, name)
        history, members = desk.history(letter), desk.members(letter)
    if as_json:
        show_json(
            {
                **_as_json(letter),
                "text": letter.text,
                "members": [each.id for each in members],
                "history": [_attempt_json(each) for each in history],
            }
        )
        return
    for label, value in _facts(letter, members):
        click.echo(gettext("{label}: {value}").format(label=label, value=value))
    for attempt in history:
        at = spoken().short_instant(attempt.finished_at, _ZONE)
        click.echo(f"  {at}  {gettext(_OUTCOMES[attempt.outcome])}  {attempt.detail}")
    click.echo()
    click.echo(letter.text.rstrip())


def retry_letters(
    settings: Settings,
    names: Sequence[str],
    *,
    dead: bool,
    channel: str | None,
    address: str | None,
    reason: str | None,
) -> None:
    """Have them tried anew, and say how many are.

    Raises:
        InputError: there is no such message, channel or address.
    """
    with opened_database(settings) as database:
        desk = OutboxDesk(database)
        letters = _meant(desk, names, dead=dead)
        for each in letters:
            _require_way(settings, each, channel or each.channel, address or each.address)
        why = gettext("by {user}").format(user=getpass.getuser())
        if channel or address:
            to = f"{channel or '='}:{address or '='}"
            why += gettext(", to go to {to}").format(to=to)
        if reason:
            why += f": {reason}"
        done = desk.retry(
            letters, why=why, now=SystemClock().now(), channel=channel, address=address
        )
    text = ngettext("{n} message to be tried anew", "{n} messages to be tried anew", done)
    _report(text.format(n=done), len(letters) - done)


def discard_letters(settings: Settings, names: Sequence[str], *, dead: bool, reason: str) -> None:
    """Give them up, and say how many were.

    Raises:
        InputError: there is no such message, or no reason.
    """
    if not reason.strip():
        raise InputError(gettext("--reason: it is empty: say why nobody needs to be told"))
    with opened_database(settings) as database:
        desk = OutboxDesk(database)
        letters = _meant(desk, names, dead=dead)
        user = gettext("by {user}").format(user=getpass.getuser())
        done = desk.discard(letters, why=f"{user}: {reason}", now=SystemClock().now())
    text = ngettext("{n} message discarded", "{n} messages discarded", done)
    _report(text.format(n=done), len(letters) - done)


def _report(done: str, left: int) -> None:
    click.echo(done)
    if left:
        text = ngettext(
            "{n} left alone: it was sent, or is being sent",
            "{n} left alone: they were sent, or are being sent",
            left,
        )
        click.echo(text.format(n=left))


def _meant(desk: OutboxDesk, names: Sequence[str], *, dead: bool) -> list[Letter]:
    if bool(names) == dead:
        raise InputError(gettext("name messages by their numbers, or all of them by --dead"))
    if dead:
        return list(desk.letters(Which(states=(State.DEAD,)), _MOST))
    return [_one(desk, name) for name in names]


def _one(desk: OutboxDesk, name: str) -> Letter:
    found = desk.named(name)
    if not found:
        raise InputError(
            gettext(
                "no message '{name}' in the outbox: 'vigie outbox list' has the numbers"
            ).format(name=name)
        )
    if len(found) > 1:
        raise InputError(
            gettext("'{name}' means {n} messages: write more of the key").format(
                name=name, n=len(found)
            )
        )
    return found[0]


def _require_way(settings: Settings, letter: Letter, channel: str, address: str) -> None:
    configured = settings.channels.get(channel)
    if configured is None:
        remedy = one_of(channel, settings.channels) if settings.channels else gettext("none is")
        raise InputError(
            gettext("no channel '{channel}' is configured: {remedy}").format(
                channel=channel, remedy=remedy
            )
        )
    if letter.enclosures and not carries_files(configured):
        raise InputError(
            gettext(
                "{number} brings a report, and '{channel}' takes no file: name a channel of type"
                " smtp, files or webhook"
            ).format(number=letter.id, channel=channel)
        )
    if needs_mail_address(configured) and MAIL_ADDRESS.fullmatch(address) is None:
        raise InputError(
            gettext("'{address}' is no e-mail address: write it as name@host").format(
                address=address
            )
        )


def _facts(letter: Letter, members: Sequence[Letter]) -> list[tuple[str, str]]:
    language = spoken()
    facts = [
        (gettext("Number"), str(letter.id)),
        (gettext("Key"), letter.key),
        (gettext("State"), gettext(_STATES[letter.state])),
        (gettext("Channel"), letter.channel),
        (gettext("To"), f"{letter.address} ({language.role(letter.role)})"),
        (gettext("Step"), letter.step),
        (gettext("Subject"), letter.subject),
        (gettext("Decided"), language.instant(letter.created_at, _ZONE)),
    ]
    if letter.next_attempt_at is not None:
        facts.append((gettext("Next attempt"), language.instant(letter.next_attempt_at, _ZONE)))
    if letter.bundle_id is not None:
        facts.append((gettext("Travels in"), str(letter.bundle_id)))
    if members:
        facts.append((gettext("Carries"), str(len(members))))
    if letter.enclosures:
        names = ", ".join(each.name for each in letter.enclosures)
        facts.append((gettext("Attached"), names))
    return [*facts, (gettext("Attempts"), str(letter.attempts))]


def _row(letter: Letter) -> tuple[str, ...]:
    return (
        str(letter.id),
        gettext(_STATES[letter.state]),
        spoken().short_instant(letter.created_at, _ZONE),
        letter.channel,
        letter.address,
        str(letter.attempts),
        letter.subject,
        letter.detail or "",
    )


def _as_json(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "key": letter.key,
        "state": letter.state.value,
        "channel": letter.channel,
        "address": letter.address,
        "role": letter.role,
        "step": letter.step,
        "thread": letter.thread,
        "subject": letter.subject,
        "created_at": written(letter.created_at, _ZONE),
        "next_attempt_at": written_if_any(letter.next_attempt_at, _ZONE),
        "finished_at": written_if_any(letter.finished_at, _ZONE),
        "attempts": letter.attempts,
        "detail": letter.detail,
        "bundle_id": letter.bundle_id,
        "carries": letter.carries,
        "report": letter.report_number,
        "enclosures": [
            {"name": each.name, "sha256": each.sha256, "bytes": each.size}
            for each in letter.enclosures
        ],
    }


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "started_at": written(attempt.started_at, _ZONE),
        "finished_at": written(attempt.finished_at, _ZONE),
        "outcome": attempt.outcome.value,
        "detail": attempt.detail,
    }
