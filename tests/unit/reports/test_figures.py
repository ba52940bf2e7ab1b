"""Figures against a slow oracle that counts the obvious way; sums over every dimension agree."""

from collections.abc import Callable
from math import ceil

import pytest
from hypothesis import given, settings

from monitor.cases.obligation import Verdict
from monitor.reports.entry import Entry, Outcome, outcome_of
from monitor.reports.figures import CellKey, Cells, Line
from monitor.reports.shares import nearest_rank, wilson
from tests.support.entries import entries, entry, lateness

DIMENSIONS: list[Callable[[CellKey | Entry], object]] = [
    lambda key: key.provider,
    lambda key: key.commitment,
    lambda key: key.region,
    lambda key: key.organization,
    lambda key: (key.provider, key.commitment),
    lambda key: (key.provider, key.commitment, key.region, key.organization),
]


def counted(found: list[Entry]) -> Cells:
    cells = Cells()
    for each in found:
        cells.take(each, lateness)
    return cells


def slow_outcome(one: Entry) -> str:
    if one.verdict == "cancelled":
        return "cancelled"
    if one.held:
        return "held"
    if one.outside:
        return "outside"
    return {
        "met": "met",
        "missed": "missed",
        "breached": "open_late",
        "unknown": "cannot_tell",
        "pending": "not_yet_due",
        "at_risk": "not_yet_due",
    }[one.verdict]


def assert_line(line: Line, found: list[Entry]) -> None:
    outcomes = [slow_outcome(one) for one in found]
    for outcome in Outcome:
        assert line[outcome] == outcomes.count(outcome.value)
    judged = [one for one in found if slow_outcome(one) in ("met", "missed", "open_late")]
    late = [one for one in judged if slow_outcome(one) != "met"]
    assert line.due == len(found)
    assert line.judged == len(judged)
    assert line.late == len(late)
    assert line.compliance == ((len(judged) - len(late)) / len(judged) if judged else None)
    assert line.cell.reopened == len([one for one in found if one.episode])
    assert line.cell.provisional == len([one for one in found if one.region_provisional])
    shares = sorted(
        (
            one.amount_seconds + lateness(one)
            if slow_outcome(one) == "open_late"
            else one.elapsed_seconds
        )
        / one.amount_seconds
        for one in judged
    )
    if not judged:
        assert line.used is None
    else:
        used = line.used
        assert used is not None
        for percent, value in (
            (50, used.median),
            (90, used.p90),
            (95, used.p95),
            (100, used.greatest),
        ):
            # The least that so many percent are at or below.
            assert value == min(
                share for share in shares
                if sum(other <= share for other in shares) * 100 >= percent * len(shares)
            )  # fmt: skip
    one_unit = len({one.unit for one in found}) == 1
    assert (line.lateness is not None) == (bool(late) and one_unit)
    if line.lateness is not None:
        assert line.lateness.greatest == max(lateness(one) for one in late)


@settings(max_examples=40)
@given(entries)
def test_every_line_is_what_counting_one_by_one_gives(found: list[Entry]) -> None:
    cells = counted(found)
    assert_line(cells.total(), found)
    for of in DIMENSIONS:
        for value, line in cells.by(of).items():
            assert_line(line, [one for one in found if of(one) == value])


@settings(max_examples=40)
@given(entries)
def test_sums_over_every_dimension_are_the_total(found: list[Entry]) -> None:
    cells = counted(found)
    for of in DIMENSIONS:
        lines = cells.by(of).values()
        for outcome in Outcome:
            assert sum(line[outcome] for line in lines) == cells.total()[outcome]


@settings(max_examples=40)
@given(entries)
def test_the_order_in_which_they_go_by_makes_no_difference(found: list[Entry]) -> None:
    forth, back = counted(found).total(), counted(found[::-1]).total()
    assert (forth.used, forth.lateness, forth.cell.counts) == (
        back.used,
        back.lateness,
        back.cell.counts,
    )


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_obligation_is_counted_in_one_box(verdict: Verdict) -> None:
    for held in (False, True):
        for outside in (False, True):
            line = counted([entry(verdict=verdict, held=held, outside=outside)]).total()
            assert line[outcome_of(verdict, held=held, outside=outside)] == 1
            assert sum(line[outcome] for outcome in Outcome) == 1


@pytest.mark.parametrize(
    ("met", "judged", "low", "high"),
    [
        # Worked out by hand from Wilson's formula, z = 1.96, to four places.
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (8, 10, 0.4902, 0.9433),
        (950, 1000, 0.9347, 0.9619),
    ],
)
def test_the_interval_is_wilsons(met: int, judged: int, low: float, high: float) -> None:
    found = wilson(met, judged)
    assert found is not None
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_nothing_judged_has_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize("number", [1, 2, 9, 10, 11, 20, 100])
def test_a_percentile_is_a_value_that_occurred(number: int) -> None:
    ordered = [float(value) for value in range(1, number + 1)]
    assert nearest_rank(ordered, 90) == ceil(number * 90 / 100)
