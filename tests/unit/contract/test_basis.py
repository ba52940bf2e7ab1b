"""What figures rest on, kept as text and read back; the same text for the same rules."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from monitor.clock.tzif import Regimes
from monitor.contract.basis import Basis
from monitor.contract.loader import builtin_names, load_contract
from monitor.contract.model import PlaceRuling
from tests.support.cases import utc
from tests.support.rulings import book


@pytest.mark.parametrize("name", builtin_names())
def test_a_basis_is_read_back_as_it_was(name: str) -> None:
    rulings = (PlaceRuling(place="Uashat", region="remote", starts_on="12-15", ends_on="04-15"),)
    kept = Basis.of(load_contract(f"builtin:{name}", rulings=rulings))
    read = Basis.from_json(kept.as_json)
    assert read.book.versions == kept.book.versions
    assert read.book.rulings == rulings
    assert read.book.in_use() == kept.book.in_use()
    assert (read.zones, read.tzdata, read.places) == (kept.zones, kept.tzdata, kept.places)
    assert read.digest == kept.digest


def test_a_calendar_is_read_back_and_not_taken_from_the_program() -> None:
    closed = book(closed={"2026-11-24": "Tempête"})
    read = Basis.from_json(Basis.of(closed).as_json).book
    version = read.versions[0]
    clock = read.clock(version, "quebec-support")
    assert not clock.is_open(utc("2026-11-24 10:00"))
    assert clock.is_open(utc("2026-11-25 10:00"))


def test_the_text_is_the_same_in_every_process() -> None:
    """Sets of text have another order in each."""
    program = (
        "from monitor.contract.basis import Basis\n"
        "from monitor.contract.loader import load_contract\n"
        "print(Basis.of(load_contract('builtin:exemple-municipalite')).digest)"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1


def test_anything_that_figures_rest_on_makes_another_basis() -> None:
    basis = Basis.of(book())
    others = [
        Basis.of(book(closed={"2026-11-24": "Tempête"})),
        Basis.of(book(rulings=(PlaceRuling(place="Uashat", region="remote"),))),
        replace(basis, zones={"America/Toronto": Regimes((0,), (0,))}),
        replace(basis, places="another"),
        replace(basis, tzdata="2099a"),
    ]
    assert len({basis.digest, *(other.digest for other in others)}) == len(others) + 1
    assert Basis.of(book()).digest == basis.digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"versions": [1]}',
        '{"versions": [], "rulings": [], "calendars": []}',
    ],
)
def test_what_is_no_basis_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Basis.from_json(text)
