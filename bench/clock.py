"""The business clock against its peers: the same work, in the same run, wrong answers counted.

    pip install -e .[bench]
    python bench/clock.py [--quick] [--json] [--plot clock.svg]

Peers are asked what they can answer, in the form Vigie is asked: aware UTC datetimes, or arrays.
Each figure is the best of several rounds. Answers are checked against a walk of every minute that
asks `zoneinfo` alone; an instant with no business time between it and the expected one follows
another convention (a deadline at closing time told as the next opening) and is counted apart.
"""

import argparse
import json
import os
import platform
import random
import sys
import time as stopwatch
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from bench.clock_peers import HOUR, PEERS, Peer, holidays_of, library, vigie
from monitor.clock import (
    BusinessCalendar,
    BusinessClock,
    Window,
    load_calendar,
    tzdata_version,
    zone,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
SPANS = {"a day": 1, "a month": 30, "a year": 365, "five years": 1826}


@dataclass(frozen=True)
class Effort:
    """How much to ask: of Vigie by the million, of peers by a sample, of each by its time."""

    size: int
    sample: int
    rounds: int
    budget: float
    questions: int


QUICK = Effort(size=1_000_000, sample=20_000, rounds=3, budget=0.3, questions=12)
FULL = Effort(size=10_000_000, sample=200_000, rounds=15, budget=2.0, questions=120)


@dataclass
class Row:
    """One figure: nanoseconds each, by library.

    The reach is what Vigie is to stay under; the ratios wanted are what that meant against peers on
    the machine it was set on, and hold on a slower one as well.
    """

    work: str
    reach: float | None
    wanted: dict[str, float] = field(default_factory=dict)
    nanoseconds: dict[str, float | None] = field(default_factory=dict)

    def ratio(self, name: str) -> float | None:
        ours, theirs = self.nanoseconds.get("vigie"), self.nanoseconds.get(name)
        return theirs / ours if ours and theirs else None


# The two calendars all are asked on: the contract's hours, and four hours of Sunday night, in
# which Québec's clocks change.
SUPPORT = load_calendar("quebec-support")
SUNDAY_NIGHTS = BusinessCalendar(
    name="sunday-nights",
    label_fr="Nuits du dimanche",
    label_en="Sunday nights",
    zone=SUPPORT.zone,
    week={6: (Window(time(0), time(4)),)},
)


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest round: what the work costs when nothing else runs."""
    times = []
    for _ in range(rounds):
        start = stopwatch.perf_counter()
        work()
        times.append(stopwatch.perf_counter() - start)
    return min(times)


def each(
    ask: Callable[[Any, Any], object], left: list[Any], right: list[Any], budget: float
) -> float:
    """Nanoseconds a call, less the loop's own, over as many pairs as the budget allows."""
    once = best(lambda: [ask(a, b) for a, b in zip(left[:5], right[:5], strict=True)], 2) / 5
    count = max(5, min(len(left), int(budget / 6 / max(once, 1e-7))))
    pairs = list(zip(left[:count], right[:count], strict=True))

    def loop() -> None:
        for a, b in pairs:
            ask(a, b)

    def idle() -> None:
        for a, b in pairs:
            a, b  # noqa: B018 - the loop alone

    # Quick ones fill the budget with rounds, for the best of many says most on a busy machine.
    rounds = max(5, min(60, int(budget / max(once * count, 1e-7))))
    return (best(loop, rounds) - best(idle, rounds)) / count * 1e9


def one_at_a_time(peers: list[Peer], effort: Effort) -> Iterator[Row]:
    chance = random.Random(20261123)
    seconds = int((LAST - FIRST).total_seconds()) - 86_400 * 2000
    starts = [FIRST + timedelta(seconds=chance.randrange(seconds)) for _ in range(20_000)]
    amounts = [timedelta(hours=chance.randrange(1, 48)) for _ in starts]
    row = Row("deadline, one", 1_200, {"workclock": 4.5, "pandas": 80})
    for peer in peers:
        ask = peer.deadline
        row.nanoseconds[peer.name] = each(ask, starts, amounts, effort.budget) if ask else None
    yield row
    for name, days in SPANS.items():
        ends = [start + timedelta(seconds=chance.randrange(days * 86_400)) for start in starts]
        row = Row(f"elapsed, one, within {name}", 1_200, {"workclock": 6.4, "timegrid": 3.2})
        for peer in peers:
            found = peer.elapsed
            row.nanoseconds[peer.name] = each(found, starts, ends, effort.budget) if found else None
        yield row


def many_at_once(peers: list[Peer], effort: Effort) -> Iterator[Row]:
    size, rounds = effort.size, effort.rounds
    low, high = (int((edge - EPOCH).total_seconds()) for edge in (FIRST, LAST))
    rng = np.random.default_rng(20261123)
    starts = rng.integers(low, high - 86_400 * 200, size)
    ends = starts + rng.integers(0, 86_400 * 100, size)
    amounts = rng.integers(1, 48, size) * 3600
    out = np.zeros(size, np.int64)
    memory = best(lambda: np.add(starts, ends, out=out), rounds) / size * 1e9
    clock = BusinessClock(SUPPORT)
    for work, ask, other, wanted in (
        ("deadline", clock.deadlines, amounts, 142),
        ("elapsed", clock.elapsed_many, ends, 475),
    ):
        sampled = {peer.name: _sampled(peer, work, starts, other, effort) for peer in peers[1:]}
        for threads, reach in ((1, 10), (2, 5)):
            on = "one core" if threads == 1 else "two threads"
            ratios = {"workclock": float(wanted * threads)}
            row = Row(f"{work}, {size // 1_000_000} million, {on}", reach, ratios)
            spent = best(lambda: ask(starts, other, threads, out), rounds)  # noqa: B023 - called here
            row.nanoseconds = {
                "vigie": spent / size * 1e9,
                "memory limit": memory,
                **sampled,
            }
            yield row
    yield from _dates(starts, rng.integers(1, 60, size), memory, rounds)


def _sampled(peer: Peer, work: str, left: Any, right: Any, effort: Effort) -> float | None:
    """Peers are too slow for millions: fewer rows, and one by one where they have no arrays."""
    many = peer.deadlines if work == "deadline" else peer.elapsed_many
    if many:
        count = effort.sample
        return best(lambda: many(left[:count], right[:count]), 2) / count * 1e9
    one = peer.deadline if work == "deadline" else peer.elapsed
    if one is None:
        return None
    count = max(5, effort.sample // 1_000)
    a = [EPOCH + timedelta(seconds=second) for second in left[:count].tolist()]
    origin: Any = timedelta() if work == "deadline" else EPOCH
    b = [origin + timedelta(seconds=second) for second in right[:count].tolist()]
    return each(one, a, b, 0.2)


def _dates(starts: Any, days: Any, memory: float, rounds: int) -> Iterator[Row]:
    """Business days: dates in, dates out, as `numpy.busday_offset` does it."""
    received = starts.astype("datetime64[s]").astype("datetime64[D]")
    out = np.empty_like(received)
    clock = BusinessClock(load_calendar("quebec-days"))
    closed = np.busdaycalendar(holidays=holidays_of(clock.calendar))
    size = len(received)
    theirs = np.busday_offset(received, days, roll="preceding", busdaycal=closed)
    wrong = int((clock.due_dates(received, days) != theirs).sum())
    assert wrong == 0, f"{wrong} due dates differ from numpy.busday_offset"

    def peer() -> None:
        np.busday_offset(received, days, roll="preceding", busdaycal=closed, out=out)

    busday = best(peer, 2) / size * 1e9
    for threads, on in ((1, "one core"), (2, "two threads")):
        spent = best(lambda: clock.due_dates(received, days, threads, out), rounds)  # noqa: B023 - called here
        work = f"business days, {size // 1_000_000} million, {on}"
        row = Row(work, 3 if threads == 1 else None, {"numpy": 15})
        row.nanoseconds = {"vigie": spent / size * 1e9, "memory limit": memory, "numpy": busday}
        yield row


def compiling(rounds: int) -> dict[str, float]:
    """Milliseconds and megabytes of a clock for 60 years, arrays' tables included."""
    until = date(2060, 1, 1)
    days = tuple(day for day in SUPPORT.holidays if day.date < until)

    def build() -> BusinessClock:
        clock = BusinessClock(replace(SUPPORT, holidays=days, valid_until=until))
        clock.deadlines([1_790_000_000], [0])
        return clock

    milliseconds = best(build, rounds) * 1e3
    tracemalloc.start()
    kept = build()
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del kept
    return {"milliseconds": milliseconds, "megabytes": megabytes}


def walk(calendar: BusinessCalendar, start: datetime, end: datetime) -> list[datetime]:
    """Every open minute, found by asking zoneinfo what the clock on the wall reads."""
    local, closed = zone(calendar.zone), {day.date for day in calendar.holidays}
    found = []
    at = start
    while at < end:
        reads = at.astimezone(local)
        windows = () if reads.date() in closed else calendar.week.get(reads.weekday(), ())
        if any(window.start <= reads.time() < window.end for window in windows):
            found.append(at)
        at += timedelta(minutes=1)
    return found


def questions(calendar: BusinessCalendar, count: int) -> Iterator[tuple[datetime, datetime, int]]:
    """Ten days around clock changes and the year's end, from a whole minute; and whole hours."""
    chance = random.Random(7)
    for n in range(count):
        year = 2015 + n % 20
        month, day = ((3, 5), (10, 28), (12, 18))[n % 3]
        start = datetime(year, month, day, tzinfo=UTC) + timedelta(minutes=chance.randrange(5760))
        yield start, start + timedelta(days=10), chance.randrange(1, 40 if calendar.holidays else 5)


def wrong_answers(calendar: BusinessCalendar, peers: list[Peer], count: int) -> dict[str, Any]:
    asked = list(questions(calendar, count))
    truths = [walk(calendar, start, end) for start, end, _ in asked]
    clock = BusinessClock(calendar)
    counts: dict[str, Any] = {"asked": count}
    for peer in peers:
        tally = {"elapsed wrong": 0, "deadline wrong": 0, "deadline otherwise": 0, "failed": 0}
        for (start, end, whole), minutes in zip(asked, truths, strict=True):
            try:
                if peer.elapsed and peer.elapsed(start, end) != timedelta(minutes=len(minutes)):
                    tally["elapsed wrong"] += 1
                if peer.deadline and len(minutes) >= whole * 60:
                    due = minutes[whole * 60 - 1] + timedelta(minutes=1)
                    answer = peer.deadline(start, whole * HOUR).astimezone(UTC)
                    if answer != due:
                        apart = clock.elapsed(min(answer, due), max(answer, due))
                        tally["deadline wrong" if apart else "deadline otherwise"] += 1
            except Exception:  # noqa: BLE001 - a peer that fails is a figure, not our failure
                tally["failed"] += 1
        counts[peer.name] = {key: value for key, value in tally.items() if _applies(peer, key)}
    return counts


def _applies(peer: Peer, key: str) -> bool:
    if key.startswith("elapsed"):
        return peer.elapsed is not None
    return key == "failed" or peer.deadline is not None


def plot(rows: list[Row], path: str) -> None:
    if (pyplot := library("matplotlib.pyplot")) is None:
        print("no plot: matplotlib is not installed (pip install -e .[bench])", file=sys.stderr)
        return
    pyplot.switch_backend("agg")
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.2))
    spans = [row for row in rows if row.work.startswith("elapsed, one")]
    for name in spans[0].nanoseconds:
        points = [row.nanoseconds[name] for row in spans]
        if all(points):
            left.plot(list(SPANS), [(point or 0) / 1e3 for point in points], marker="o", label=name)
    left.set(yscale="log", ylabel="microseconds", title="elapsed, one, by span")
    left.legend()
    bars = [row for row in rows if "million" in row.work]
    shown = [(row.work, name, value) for row in bars for name, value in row.nanoseconds.items()]
    found = [(f"{work}: {name}", value) for work, name, value in shown if value]
    right.barh([label for label, _ in found], [value for _, value in found])
    right.set(xscale="log", xlabel="nanoseconds each", title="many at once")
    right.invert_yaxis()
    right.tick_params(axis="y", labelsize=6)
    figure.tight_layout()
    figure.savefig(path)


def table(rows: list[Row]) -> None:
    for row in rows:
        ours = row.nanoseconds["vigie"] or 0.0
        reach = f"   reach {row.reach:,.0f}" if row.reach else ""
        print(f"\n{row.work:<40} vigie {ours:>26,.2f} ns{reach}")
        for name, value in row.nanoseconds.items():
            if name != "vigie":
                ratio = row.ratio(name)
                shown = f"{value:>14,.2f} ns   {ratio:,.2f} times" if value and ratio else "-"
                if ratio and name in row.wanted:
                    shown += f" ({row.wanted[name]:,.1f} wanted)"
                print(f"{'':<40} {name:<18}{shown}")


def told(report: dict[str, Any], rows: list[Row]) -> None:
    machine = report["machine"]
    print(
        ", ".join(f"{key} {machine[key]}" for key in ("python", "numpy", "tzdata", "cores", "load"))
    )
    for name in machine["missing"]:
        print(f"missing: {name} (pip install -e .[bench])")
    table(rows)
    built = report["compile 60 years"]
    print(
        f"\ncompile 60 years: {built['milliseconds']:.1f} ms (reach 10),"
        f" {built['megabytes']:.1f} MB (reach 4)"
    )
    for name, tallies in report["wrong answers"].items():
        print(f"\nanswers against a walk of every minute, {name}, {tallies['asked']} questions")
        for peer, tally in tallies.items():
            if peer != "asked":
                counts = ", ".join(f"{key}: {value}" for key, value in tally.items())
                print(f"  {peer:<18} {counts}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--quick", action="store_true", help="seconds rather than minutes")
    parser.add_argument("--plot", metavar="PATH", help="write a figure (needs matplotlib)")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL

    asked: dict[str, list[Peer]] = {}
    for calendar in (SUPPORT, SUNDAY_NIGHTS):
        built = [build(calendar) for build in PEERS.values()]
        asked[calendar.name] = [vigie(calendar), *(peer for peer in built if peer)]
    peers = asked[SUPPORT.name]
    rows = [*many_at_once(peers, effort), *one_at_a_time(peers, effort)]
    report = {
        "machine": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "tzdata": tzdata_version(),
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],  # Above the cores' number, two threads cannot be judged.
            "peers": {peer.name: peer.version for peer in peers},
            "missing": [name for name in PEERS if name not in {peer.name for peer in peers}],
        },
        "rows": [asdict(row) for row in rows],
        "compile 60 years": compiling(effort.rounds),
        "wrong answers": {
            calendar.name: wrong_answers(calendar, asked[calendar.name], effort.questions)
            for calendar in (SUPPORT, SUNDAY_NIGHTS)
        },
    }
    if options.plot:
        plot(rows, options.plot)
    if options.json:
        print(json.dumps(report))
    else:
        told(report, rows)


if __name__ == "__main__":
    main()
