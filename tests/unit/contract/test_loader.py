"""Contracts from files and from the package, refused with every problem of every file."""

from datetime import date
from pathlib import Path

import pytest

from monitor.contract.loader import builtin_names, load_contract
from monitor.errors import InputError
from tests.support.contracts import CONTRACT, changed


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(*references: str | Path, closed_days: dict[date, str] | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_contract(references, closed_days=closed_days)
    return str(caught.value).splitlines()


def test_a_file_is_a_version(tmp_path: Path) -> None:
    path = write(tmp_path, "c.yaml", CONTRACT)
    assert load_contract(path).id == "small"
    assert load_contract(str(path)).versions == load_contract([path]).versions


def test_several_files_are_the_versions_of_one_contract(tmp_path: Path) -> None:
    second = changed(
        'version: "1"', 'version: "2"', changed("from: 2026-01-01", "from: 2027-01-01")
    )
    paths = [write(tmp_path, "2.yaml", second), write(tmp_path, "1.yaml", CONTRACT)]
    assert [version.version for version in load_contract(paths).versions] == ["1", "2"]


def test_shipped_contracts_go_by_name() -> None:
    assert "cspq-mobilite" in builtin_names()
    for name in builtin_names():
        assert load_contract(f"builtin:{name}").versions


def test_the_operators_days_off_reach_the_calendars() -> None:
    book = load_contract("builtin:cspq-mobilite", closed_days={date(2026, 12, 29): "Tempête"})
    assert date(2026, 12, 29) in book.calendar(book.versions[0], "quebec-days").holidays_by_date


def test_a_shipped_contract_that_is_not_there() -> None:
    assert refusal("builtin:cspq-mobilté") == [
        "builtin:cspq-mobilté: no such contract ships; did you mean 'cspq-mobilite'?"
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path / "none.yaml")
    assert line.startswith(f"{tmp_path}/none.yaml: cannot be read: No such file or directory; give")


def test_a_folder_is_no_contract(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path)
    assert line.startswith(f"{tmp_path}: cannot be read: Is a directory; give")


def test_a_file_of_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("id: été".encode("latin-1"))
    assert refusal(path) == [f"{path}: is not UTF-8 text; save it as UTF-8"]


def test_every_problem_of_every_file_is_told(tmp_path: Path) -> None:
    one = write(tmp_path, "1.yaml", changed("calendar: desk", "calendar: dsk"))
    two = write(tmp_path, "2.yaml", changed("rank: 2}", "rank: 0}"))
    lines = refusal(one, two, tmp_path / "none.yaml")
    assert [line.split(": ")[0] for line in lines] == [
        f"{one}:29",
        f"{two}:22",
        f"{tmp_path}/none.yaml",
    ]


def test_files_of_two_contracts(tmp_path: Path) -> None:
    one = write(tmp_path, "1.yaml", CONTRACT)
    other = changed('version: "1"', 'version: "2"', changed("from: 2026-01-01", "from: 2027-01-01"))
    two = write(tmp_path, "2.yaml", changed("id: small", "id: big", other))
    assert refusal(one, two) == [
        f"{two}: id: is 'big', where {one} has 'small'; the files must be versions of one contract"
    ]


def test_the_same_version_twice(tmp_path: Path) -> None:
    one, two = write(tmp_path, "1.yaml", CONTRACT), write(tmp_path, "2.yaml", CONTRACT)
    assert refusal(one, two) == [
        f"{two}: version: is '1', as in {one}; give each version its own",
        f"{two}: effective_from: is '2026-01-01', as in {one}; give each version its own",
    ]


def test_no_contract_at_all() -> None:
    assert refusal() == ["contracts: none is named; name one, such as builtin:cspq-mobilite"]


def test_a_day_off_that_no_calendar_covers() -> None:
    (line,) = refusal("builtin:cspq-mobilite", closed_days={date(2206, 12, 29): "Erreur"})
    assert line == (
        "closed_days: 2206-12-29 lies outside what the calendars cover, 2000-01-01 to 2101-01-01;"
        " check the year"
    )
