"""Killed, frozen, short of disk, without its database, its clock set back: the month is the same.

Each test plays half a month by script and holds what came of it against the same undisturbed:
every step once, every message under its key, every mail at least once. `bench/chaos.py` plays a
whole one with two hundred kills.
"""

import json
import resource
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.chaos import Ordeal, Outcome, kills, script, scripted_clock, undisturbed
from tests.support.database import PostgresServer
from tests.support.zygote import Daemon, Zygote, zygote

# They are played in real time, several on two processors.
pytestmark = pytest.mark.timeout(1200)

DAYS = 15
STEPS = 40
"""About as many as they have: a kill planned for a later one does not come."""
HOUR = timedelta(hours=1)
DISK_BYTES = 200_000
"""More than a log takes, less than any database."""


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What it comes to when nothing happens to who watches."""
    outcome = undisturbed(tmp_path_factory.mktemp("calm") / "month", days=DAYS)
    assert len(outcome.mails) > 10
    assert {step for _, _, step, *_ in outcome.escalations} >= {"half", "breach", "closed"}
    return outcome


@pytest.fixture(scope="module")
def daemons() -> Iterator[Zygote]:
    with zygote() as made:
        yield made


@contextmanager
def ordeal(folder: Path, daemons: Zygote, database: str, *, replicas: int = 1) -> Iterator[Ordeal]:
    with script(folder, scripted_clock(folder), database, days=DAYS) as played:
        tried = Ordeal(played, daemons, replicas)
        try:
            yield tried
        finally:
            tried.end()


def page(daemon: Daemon, name: str) -> tuple[int, Any]:
    """A page of a daemon's, and what it says."""
    url = daemon.events("web_listening")[0]["url"]
    try:
        with urllib.request.urlopen(f"{url}/{name}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_killed_again_and_again_it_ends_with_the_very_same_escalations(
    tmp_path: Path, daemons: Zygote, calm: Outcome
) -> None:
    with ordeal(tmp_path, daemons, f"sqlite:///{tmp_path / 'vigie.db'}") as tried:
        assert tried.play(kills(Random(1), 8, STEPS)) == calm


def test_two_replicas_killed_in_turn_end_with_the_very_same_escalations(
    tmp_path: Path, daemons: Zygote, calm: Outcome, postgres_url: str
) -> None:
    with ordeal(tmp_path, daemons, postgres_url, replicas=2) as tried:
        assert tried.play(kills(Random(2), 5, STEPS)) == calm


def test_a_replica_that_froze_while_it_polled_changes_nothing_when_it_comes_to(
    tmp_path: Path, daemons: Zygote, calm: Outcome, postgres_url: str
) -> None:
    """Stopped in the middle of whatever it does, until the other has taken all it had."""
    random = Random(3)
    frozen_at = sorted(random.sample(range(2, 20), 2))

    def freeze(tried: Ordeal) -> Iterator[float]:
        if tried.steps not in frozen_at:
            return
        frozen, other = random.sample(tried.daemons, 2)
        gone = len(other.events("replica_gone"))
        yield random.uniform(0.0, 0.2)
        frozen.signal(signal.SIGSTOP)
        while len(other.events("replica_gone")) == gone:
            yield 0.05
        # What it comes back to is judged and told without it.
        while not tried.script.is_settled():
            yield 0.05
        frozen.signal(signal.SIGCONT)
        while not frozen.events("given_up_for_dead"):
            yield 0.05

    with ordeal(tmp_path, daemons, postgres_url, replicas=2) as tried:
        assert tried.play(freeze) == calm
        assert any(daemon.events("source_taken") for daemon in tried.daemons)


def test_as_many_are_killed_as_were_to_be_however_few_the_steps() -> None:
    tried: Any = SimpleNamespace(
        kills=0, steps=0, daemons=[0], script=SimpleNamespace(is_over=False)
    )
    tried.kill = lambda _: setattr(tried, "kills", tried.kills + 1)
    disturb = kills(Random(1), 20, 10)
    for step in range(1, 8):
        tried.steps, tried.script.is_over = step, step == 7
        for _ in disturb(tried):
            pass
        assert (tried.kills == 20) == (step == 7)


def test_a_clock_set_back_and_forward_by_an_hour_loses_and_doubles_nothing(
    tmp_path: Path, daemons: Zygote, calm: Outcome
) -> None:
    """At every third step: back, and right again; at a quiet hour also ahead, and right again."""
    with ordeal(tmp_path, daemons, f"sqlite:///{tmp_path / 'vigie.db'}") as tried:
        moved = 0
        for step in count():
            if not tried.script.step():
                break
            tried.settle()
            if step % 3:
                continue
            right = tried.script.clock.now()
            for wrong in (right - HOUR, right + HOUR):
                if tried.script.is_quiet_until(wrong):
                    tried.script.clock.move_to(wrong)
                    tried.settle(polls(tried))
                    tried.script.clock.move_to(right)
                    tried.settle(polls(tried))
                    moved += 1
        assert moved > 10
        assert tried.script.outcome() == calm


def polls(tried: Ordeal) -> Iterator[float]:
    """Until every source has been polled, and the clock read anew."""
    while not tried.script.is_polled():
        yield 0.02


def test_a_full_disk_is_told_and_costs_nothing_but_time(
    tmp_path: Path, daemons: Zygote, calm: Outcome
) -> None:
    """None of the daemon's files may grow for a while, but for the log it tells it in."""
    full_at = {5, 15}
    told: set[str] = set()

    def fill(tried: Ordeal) -> Iterator[float]:
        if tried.steps not in full_at:
            return
        (daemon,) = tried.daemons
        before = len(failures(daemon))
        limit = partial(resource.prlimit, daemon.pid, resource.RLIMIT_FSIZE)
        unlimited = limit((DISK_BYTES, limit()[1]))
        while len(failures(daemon)) < before + 4:
            yield 0.05
        told.update(page(daemon, "readyz")[1].split('"'))
        assert 'vigie_loop_failures{loop="' in page(daemon, "metrics")[1]
        limit(unlimited)

    with ordeal(tmp_path, daemons, f"sqlite:///{tmp_path / 'vigie.db'}") as tried:
        assert tried.play(fill) == calm
    assert any("times in a row" in text for text in told), told


def failures(daemon: Daemon) -> list[Any]:
    return [*daemon.events("loop_failed"), *daemon.events("poll_failed")]


def test_a_database_that_restarts_is_told_and_costs_nothing_but_time(
    tmp_path: Path, daemons: Zygote, calm: Outcome, postgres: PostgresServer, postgres_url: str
) -> None:
    random = Random(4)
    restarts_at = sorted(random.sample(range(2, 20), 2))

    def restart(tried: Ordeal) -> Iterator[float]:
        if tried.steps not in restarts_at:
            return
        yield random.uniform(0.0, 0.2)
        before = [len(failures(daemon)) for daemon in tried.daemons]
        postgres.stop()
        try:
            while any(
                len(failures(daemon)) == count
                for daemon, count in zip(tried.daemons, before, strict=True)
            ):
                yield 0.05
            status, body = page(tried.daemons[0], "readyz")
            assert (status, json.loads(body)["status"]) == (503, "not_ready")
        finally:
            postgres.start()

    with ordeal(tmp_path, daemons, postgres_url, replicas=2) as tried:
        assert tried.play(restart) == calm
