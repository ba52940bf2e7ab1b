"""What operators did, kept: entries are added with their line of the audit log, never changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal, select, update

from monitor.alerts.interventions import (
    AckEntry,
    Act,
    holds,
)
from monitor.cases.observation import CaseKey
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.audit import append
from monitor.store.columns import Instant
from monitor.store.database import Database
from monitor.store.handlings import (
    read_acknowledgements,
    read_holds,
    read_silencings,
)
from monitor.store.insertion import chunks, insert_into
from monitor.store.oncall import matching
from monitor.store.tables import (
    acknowledgement,
    case,
    escalation,
    hold,
    link_use,
    obligation,
    silencing,
    silencing_end,
)


class Interventions:
    """Each act is one transaction: the entry, its audit line, and the marks on what it touches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acknowledge(
        self,
        key: CaseKey,
        commitment: str | None,
        act: Act,
        *,
        until: datetime | None,
        at: datetime,
    ) -> None:
        """Take what is owed on a case in hand, or one commitment of it.

        Raises:
            InputError: no such case, nothing is open on it, or `until` is past.
        """
        with self._database.write() as connection:
            _acknowledge(connection, key, commitment, act, until=until, at=at)

    def acknowledge_by_link(
        self, link: str, key: CaseKey, commitment: str, act: Act, *, until: datetime, at: datetime
    ) -> bool:
        """As `acknowledge`, once for a link of this digest; False: it acted already.

        Raises:
            InputError: as `acknowledge`.
        """
        with self._database.write() as connection:
            use = insert_into(connection, link_use).values(digest=link, used_at=at)
            # Who comes second waits for the first, and finds the link used.
            first = use.on_conflict_do_nothing().returning(link_use.c.digest)
            if connection.scalar(first) is None:
                return False
            _acknowledge(connection, key, commitment, act, until=until, at=at)
        return True

    def end_acknowledgement(
        self, key: CaseKey, commitment: str | None, act: Act, *, at: datetime
    ) -> None:
        """Give it out of hand: the escalation goes on.

        Raises:
            InputError: no such case, or nothing on it is acknowledged.
        """
        with self._database.write() as connection:
            case_id = _case_id(connection, key)
            latest = _latest_acknowledgements(connection, case_id)
            ended = [
                scope
                for scope, entry in latest.items()
                if commitment in (None, scope) and _is_in_force(entry, at)
            ]
            if not ended and commitment is not None and _is_in_force(latest.get(None), at):
                # The whole case is acknowledged, and this commitment is let go.
                ended = [commitment]
            if not ended:
                raise InputError(
                    N_("'{case}' is not acknowledged: nothing is to be ended"), case=key.ref
                )
            rows = [
                {"case_id": case_id, "commitment": scope, "begins": False, "until": None}
                for scope in ended
            ]
            connection.execute(insert(acknowledgement), [{**row, **_done(act, at)} for row in rows])
            append(
                connection,
                act,
                "end acknowledgement",
                {"case": str(key), "commitment": commitment},
                at,
            )
            _mark(connection, [case_id], at)

    def hold(self, key: CaseKey, act: Act, *, at: datetime) -> None:
        """Set a case apart.

        Raises:
            InputError: no such case, or it is on hold.
        """
        self._hold(key, act, at, begins=True)

    def release(self, key: CaseKey, act: Act, *, at: datetime) -> None:
        """Take a case back.

        Raises:
            InputError: no such case, or it is not on hold.
        """
        self._hold(key, act, at, begins=False)

    def _hold(self, key: CaseKey, act: Act, at: datetime, *, begins: bool) -> None:
        with self._database.write() as connection:
            case_id = _case_id(connection, key)
            entries = read_holds(connection, [case_id])[case_id]
            held = any(mute.end is None for mute in holds(entries))
            if held and begins:
                raise InputError(N_("'{case}' is on hold already"), case=key.ref)
            if not held and not begins:
                raise InputError(
                    N_("'{case}' is not on hold: there is nothing to release"), case=key.ref
                )
            row = {"case_id": case_id, "begins": begins, **_done(act, at)}
            connection.execute(insert(hold), [row])
            append(connection, act, "hold" if begins else "release", {"case": str(key)}, at)
            _mark(connection, [case_id], at)

    def silence(
        self,
        matchers: Mapping[str, Sequence[str]],
        act: Act,
        *,
        starts_at: datetime,
        ends_at: datetime,
        at: datetime,
    ) -> int:
        """Keep quiet about what matches; the silence's number.

        Raises:
            InputError: it matches everything, ends before it starts, or has ended already.
        """
        given = {name: list(values) for name, values in matchers.items() if values}
        if not given:
            raise InputError(
                N_(
                    "a silence of everything: narrow it by provider, commitment, case,"
                    " organization or region"
                )
            )
        if ends_at <= max(starts_at, at):
            raise InputError(N_("the silence ends before it starts, or is past; give a later end"))
        row = {"matchers": given, "starts_at": starts_at, "ends_at": ends_at, **_done(act, at)}
        with self._database.write() as connection:
            statement = insert(silencing).values(row).returning(silencing.c.id)
            number: int = connection.execute(statement).scalar_one()
            details = {
                "silence": number,
                "matchers": given,
                "starts_at": _written(starts_at),
                "ends_at": _written(ends_at),
            }
            append(connection, act, "silence", details, at)
        return number

    def end_silence(self, number: int, act: Act, *, at: datetime) -> None:
        """End a silence before its time.

        Raises:
            InputError: there is no such silence, or it has ended.
        """
        with self._database.write() as connection:
            found = [rule for rule in read_silencings(connection, None) if rule.id == number]
            if not found:
                raise InputError(N_("there is no silence {number}"), number=str(number))
            if found[0].ends_at <= at:
                raise InputError(N_("silence {number} has ended already"), number=str(number))
            connection.execute(insert(silencing_end), [{"silencing_id": number, **_done(act, at)}])
            append(connection, act, "end silence", {"silence": number}, at)
            _mark_matching(connection, found[0].matchers, at)


def _acknowledge(
    connection: Connection,
    key: CaseKey,
    commitment: str | None,
    act: Act,
    *,
    until: datetime | None,
    at: datetime,
) -> None:
    if until is not None and until <= at:
        raise InputError(N_("until: is past; give an instant to come"))
    case_id = _case_id(connection, key)
    _require_open(connection, case_id, key, commitment)
    row = {"case_id": case_id, "commitment": commitment, "begins": True, "until": until}
    connection.execute(insert(acknowledgement), [{**row, **_done(act, at)}])
    details = {"case": str(key), "commitment": commitment, "until": _written(until)}
    append(connection, act, "acknowledge", details, at)
    _mark(connection, [case_id], at)


def _latest_acknowledgements(connection: Connection, case_id: int) -> Mapping[str | None, AckEntry]:
    """By commitment; None: of the whole case."""
    latest: dict[str | None, AckEntry] = {}
    for entry in read_acknowledgements(connection, [case_id])[case_id]:
        if entry.commitment is None:
            # It counts for all of them, and takes the place of what was said of each.
            latest.clear()
        latest[entry.commitment] = entry
    return latest


def _is_in_force(entry: AckEntry | None, at: datetime) -> bool:
    return entry is not None and entry.begins and (entry.until is None or at < entry.until)


def _mark_matching(
    connection: Connection, matchers: Mapping[str, Sequence[str]], at: datetime
) -> None:
    """Judge anew what may have been kept quiet: of which some step fell due."""
    fired = select(escalation.c.id).where(escalation.c.obligation_id == obligation.c.id).exists()
    query = select(obligation.c.case_id).join(case, case.c.id == obligation.c.case_id)
    query = query.where(obligation.c.is_open, fired, matching(matchers))
    _mark(connection, list(connection.scalars(query)), at)


def _mark(connection: Connection, case_ids: Sequence[int], at: datetime) -> None:
    marked_at = func.coalesce(case.c.marked_at, literal(at, Instant))
    for chunk in chunks(sorted(set(case_ids))):
        connection.execute(update(case).where(case.c.id.in_(chunk)).values(marked_at=marked_at))


def _case_id(connection: Connection, key: CaseKey) -> int:
    query = select(case.c.id).where(
        case.c.provider == key.provider, case.c.kind == key.kind, case.c.ref == key.ref
    )
    found: int | None = connection.scalar(query)
    if found is None:
        raise InputError(N_("no case has the reference '{case}'"), case=str(key))
    return found


def _require_open(
    connection: Connection, case_id: int, key: CaseKey, commitment: str | None
) -> None:
    query = select(obligation.c.commitment).where(
        obligation.c.case_id == case_id, obligation.c.is_open
    )
    owed = sorted(connection.scalars(query))
    if not owed:
        raise InputError(
            N_("nothing is open on '{case}': there is nothing to acknowledge"), case=key.ref
        )
    if commitment is not None and commitment not in owed:
        raise InputError(
            N_("'{commitment}' is not open on '{case}': write one of {owed}"),
            commitment=commitment,
            case=key.ref,
            owed=", ".join(owed),
        )


def _done(act: Act, at: datetime) -> dict[str, Any]:
    return {"by": act.by, "why": act.why, "at": at}


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
