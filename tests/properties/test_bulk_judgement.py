"""Arrays say of a plain case what the judge says of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.policy import Policy
from monitor.alerts.policy.model import Step
from monitor.cases.obligation import Obligation
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import CaseKind, Status
from monitor.engine.instants import micros
from monitor.engine.judge import judge
from monitor.engine.ports import Docket, Judged
from monitor.engine.rules import Rules
from monitor.engine.screen import Screen
from monitor.engine.sheets import OwedRow, Sheet, StatementRow
from monitor.engine.silence import Silence
from tests.support.world import SOURCE, shipped_contract

RULES = Rules(book=shipped_contract(), policy=Policy())
KEY = CaseKey("telus", CaseKind.TICKET, "INC-1")
CATEGORIES = ("incident", "outage", "delivery", "password-reset", "number-change", "mystery")
PLACES = ("Montréal", "Kuujjuaq", "Nulle Part", None)

FIRST = datetime(2019, 12, 20, tzinfo=UTC)
SECONDS = 7 * 366 * 86_400

instants = st.builds(lambda s: FIRST + timedelta(seconds=s), st.integers(0, SECONDS))
# Some sources give fractions of a second, most none.
fractions = st.sampled_from([0, 0, 0, 1, 250_000, 999_999])
spans = st.builds(timedelta, hours=st.integers(0, 400), seconds=st.integers(0, 3599))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Observation], datetime, datetime | None]:
    """Statements, the instant asked about, and since when the source is silent."""
    received = draw(instants) + timedelta(microseconds=draw(fractions))
    category, place = draw(st.sampled_from(CATEGORIES)), draw(st.sampled_from(PLACES))
    statuses = draw(st.lists(st.sampled_from([*Status]), max_size=4))
    at, said = received, []
    for status in (Status.RECEIVED, *statuses):
        observed = draw(st.sampled_from([timedelta(), timedelta(minutes=1)]))
        said.append(
            Observation(
                source=SOURCE,
                key=KEY,
                raw_status=status.value,
                status=status,
                received_at=received,
                changed_at=at,
                observed_at=at + observed,
                organization=draw(st.sampled_from(["A", "B", None])),
                category=category,
                place=place,
            )
        )
        at += draw(spans) + timedelta(microseconds=draw(fractions))
    now = at + draw(spans) + timedelta(microseconds=draw(st.integers(0, 999_999)))
    silent = draw(st.sampled_from([None, None, now - draw(spans)]))
    return said, now, silent


def of_judge(said: Sequence[Observation], now: datetime, silent: datetime | None) -> list[Judged]:
    since = {} if silent is None else {SOURCE: silent}
    silence = Silence(stale={}, since=since, vouched_until=since, changed={}, next_at=None)
    docket = Docket(case_id=1, key=KEY, observations=said)
    return list(judge(docket, RULES, silence=silence, now=now).judged)


def of_arrays(
    said: Sequence[Observation], now: datetime, silent: datetime | None, rules: Rules = RULES
) -> list[OwedRow] | None:
    vouched = {} if silent is None else {SOURCE: silent}
    sheet = Sheet(
        case_id=1,
        provider="telus",
        kind="ticket",
        ref="INC-1",
        is_open=True,
        fault_kind=None,
        statements=[statement(each) for each in said],
        owed=[] if silent is None else [silent_row(now)],
        is_eventful=False,
    )
    return Screen(rules, vouched, now).judge([sheet]).get(1)


def statement(observed: Observation) -> StatementRow:
    return StatementRow(
        id=observed.id,
        source=observed.source,
        raw_status=observed.raw_status,
        status=observed.status,
        received_at=micros(observed.received_at),
        changed_at=micros(observed.changed_at),
        changed_after=None,
        previous_id=None,
        observed_at=micros(observed.observed_at),
        organization=observed.organization,
        category=observed.category,
        place=observed.place,
    )


def row(obligation: Obligation, *, silent: bool) -> OwedRow:
    found = obligation.evaluation
    return OwedRow(
        provider=obligation.key.provider,
        source=obligation.source,
        organization=obligation.organization,
        place=obligation.place,
        commitment=obligation.commitment,
        contract_version=obligation.contract_version,
        calendar=obligation.calendar,
        unit=obligation.unit,
        amount_seconds=obligation.amount_seconds,
        region=obligation.region,
        region_provisional=obligation.region_provisional,
        received_at=micros(obligation.received_at),
        starts_at=micros(found.starts_at),
        due_at=None if found.due_at is None else micros(found.due_at),
        elapsed_seconds=found.elapsed_seconds,
        remaining_seconds=found.remaining_seconds,
        verdict=found.verdict,
        reason=found.reason,
        stopped_at=None if found.stopped_at is None else micros(found.stopped_at),
        episode=found.episode,
        evaluated_at=micros(obligation.evaluated_at),
        is_open=found.is_open,
        silent=silent,
        next_wakeup_at=None if found.next_wakeup_at is None else micros(found.next_wakeup_at),
    )


def silent_row(now: datetime) -> OwedRow:
    """An obligation that says when the case was last judged, and that it was in silence."""
    blank = dict.fromkeys(OwedRow._fields)
    return OwedRow(**(blank | {"evaluated_at": micros(now), "silent": True}))  # type: ignore[arg-type]


@given(cases())
def test_what_arrays_say_is_what_the_judge_says(
    case: tuple[list[Observation], datetime, datetime | None],
) -> None:
    found = of_arrays(*case)
    if found is None:
        return
    judged = of_judge(*case)
    silent = case[2] is not None
    assert found == [row(each.obligation, silent=silent) for each in judged]
    assert not any(escalation.firing.told for each in judged for escalation in each.escalations)


RECEIVED = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def said(*statuses: Status, category: str = "incident") -> list[Observation]:
    return [
        Observation(
            source=SOURCE,
            key=KEY,
            raw_status=status.value,
            status=status,
            received_at=RECEIVED,
            changed_at=RECEIVED + hour * timedelta(hours=1),
            observed_at=RECEIVED + hour * timedelta(hours=1),
            category=category,
        )
        for hour, status in enumerate(statuses)
    ]


def test_the_common_ones_are_plain() -> None:
    now = RECEIVED + timedelta(hours=3, minutes=5)
    for statements in (
        said(Status.RECEIVED),
        said(Status.RECEIVED, Status.IN_PROGRESS),
        said(Status.RECEIVED, Status.IN_PROGRESS, Status.RESOLVED),
        said(Status.RECEIVED, Status.RESOLVED, Status.CLOSED),
        said(Status.RECEIVED, category="outage"),
    ):
        assert of_arrays(statements, now, None) is not None, statements


def test_ladders_that_arrays_cannot_climb_are_left_to_the_judge() -> None:
    now = RECEIVED + timedelta(hours=3)
    late = Step(id="again", at="breach", notify=("x",), every="4 h")
    mine = Step(id="mine", at="50%", notify=("x",), organizations=("A",))
    for rules in (
        replace(RULES, policy=Policy(steps=(late,))),
        replace(RULES, policy=Policy(steps=(mine,))),
        replace(RULES, policy=Policy(quiet_outside="quebec-support")),
        replace(RULES, policies=[Policy(name="other")]),
    ):
        assert of_arrays(said(Status.RECEIVED), now, None, rules) is None, rules


def test_what_is_reopened_or_owed_nothing_is_not() -> None:
    now = RECEIVED + timedelta(hours=4)
    for statements in (
        said(Status.RECEIVED, Status.RESOLVED, Status.IN_PROGRESS),
        said(Status.RECEIVED, category="mystery"),
    ):
        assert of_arrays(statements, now, None) is None, statements
