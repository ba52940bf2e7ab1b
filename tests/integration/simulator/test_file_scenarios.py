"""Folders that a provider fills well or badly, looked at as a source does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from monitor.app.making import collector_of
from monitor.clock.wall import ManualClock
from monitor.contract.loader import load_contract
from monitor.settings import parse_settings
from monitor.simulator.performance import Performance, perform
from monitor.simulator.scenarios import SCENARIOS
from tests.support.sources import START, Memory

BOOK = load_contract("builtin:cspq-mobilite")
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "exports.yaml"


class Watch:
    """The source of the example, which looks every ten seconds."""

    def __init__(self, playing: Performance, clock: ManualClock, folder: Path) -> None:
        self._playing = playing
        self._clock = clock
        self.memory = Memory()
        self.quarantined = 0
        self.warnings: set[str] = set()
        text = EXAMPLE.read_text(encoding="utf-8")
        (settings,) = parse_settings(text, str(folder.parent / "vigie.yaml")).sources
        self._source = collector_of(settings)

    def looks(self, times: int) -> None:
        for _ in range(times):
            self._clock.advance(timedelta(seconds=10))
            self._playing.step(self._clock.now())
            for batch in self.memory.poll(self._source, self._clock):
                self.quarantined += len(batch.quarantined)
                self.warnings.update(batch.warnings)


@contextmanager
def watched(name: str, folder: Path) -> Iterator[Watch]:
    clock = ManualClock(START)
    depot = folder / "depot"
    depot.mkdir()
    with perform(SCENARIOS[name], clock, BOOK, folder=depot) as playing:
        yield Watch(playing, clock, depot)


def test_exports_that_are_left_whole_are_read(tmp_path: Path) -> None:
    with watched("exports", tmp_path) as watch:
        watch.looks(3)
        assert len(watch.memory.refs) > 10
        assert (watch.quarantined, watch.warnings) == (0, set())


def test_fault_20_a_file_that_stands_half_written_gives_no_row_before_it_is_whole(
    tmp_path: Path,
) -> None:
    with watched("half-written-file", tmp_path) as watch:
        watch.looks(3)
        # It looked the same at two looks, and yet nothing is believed of it.
        assert watch.memory.refs == set()
        watch.looks(3)
        assert len(watch.memory.refs) > 10
        assert watch.quarantined == 0


def test_fault_20_a_file_that_is_renamed_is_not_read_twice(tmp_path: Path) -> None:
    with watched("renamed-file", tmp_path) as watch:
        watch.looks(6)
        seen = len(watch.memory.observations)
        watch.looks(4)
        assert list((tmp_path / "depot").glob("*-copie.csv"))
        assert any("passed over" in warning for warning in watch.warnings)
        assert len(watch.memory.observations) == seen
