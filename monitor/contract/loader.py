"""Contracts from files and from the package: the one place of the pure rooms that reads a file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.clock.shipped import VALID_FROM, VALID_UNTIL
from monitor.contract.book import ContractBook
from monitor.contract.checks import parse_version
from monitor.contract.model import ContractVersion, PlaceRuling
from monitor.errors import InputError, InputErrors
from monitor.locale.marking import N_, Said
from monitor.located_yaml.words import nearest

BUILTIN = "builtin:"
"""What a reference to a shipped contract begins with: `builtin:cspq-mobilite`."""


def load_contract(
    references: str | Path | Sequence[str | Path],
    *,
    closed_days: Mapping[date, str] | None = None,
    rulings: Sequence[PlaceRuling] = (),
) -> ContractBook:
    """Read a contract: one file, or `builtin:NAME`, for each of its versions.

    `closed_days` and `rulings` are the operator's: see `ContractBook`.

    Raises:
        InputError: a file cannot be read or is wrong, or the files are not versions of one
            contract; every problem of every file, one a line.
    """
    listed = [references] if isinstance(references, str | Path) else list(references)
    if not listed:
        raise InputError(
            N_("contracts: none is named; name one, such as {name}"), name="builtin:cspq-mobilite"
        )
    versions: list[tuple[str, ContractVersion]] = []
    wrong: list[InputError] = []
    for reference in listed:
        try:
            name, text = read_contract(reference)
            versions.append((name, parse_version(text, name)))
        except InputError as error:
            wrong.append(error)
    wrong += _days_not_covered(closed_days or {})
    if not wrong:
        wrong = list(_disagreements(versions))
    if wrong:
        raise InputErrors(wrong)
    return ContractBook(
        [version for _, version in versions], closed_days=closed_days, rulings=rulings
    )


def read_contract(reference: str | Path) -> tuple[str, str]:
    """The name a contract is spoken of by in errors, and its text.

    Raises:
        InputError: there is no such file or shipped contract, or it is not text.
    """
    source: Traversable = Path(reference)
    if str(reference).startswith(BUILTIN):
        name = str(reference).removeprefix(BUILTIN)
        if name not in builtin_names():
            near = nearest(name, builtin_names())
            raise InputError(
                N_("{path}: no such contract ships; write one of: {names}")
                if near is None
                else N_("{path}: no such contract ships; did you mean '{names}'?"),
                path=str(reference),
                names=near or ", ".join(builtin_names()),
            )
        source = _builtin() / f"{name}.yaml"
    try:
        return str(reference), source.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(
            N_("{path}: is not UTF-8 text; save it as UTF-8"), path=str(reference)
        ) from None
    except OSError as error:
        raise InputError(
            N_("{path}: cannot be read: {reason}; give the path of a contract, or {shipped}"),
            path=str(reference),
            reason=Said(error.strerror or ""),
            shipped=f"{BUILTIN}{builtin_names()[0]}",
        ) from None


def builtin_names() -> tuple[str, ...]:
    """The contracts that ship, by name."""
    names = (entry.name for entry in _builtin().iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def _builtin() -> Traversable:
    return files("monitor.contract") / "builtin"


def _days_not_covered(closed_days: Mapping[date, str]) -> list[InputError]:
    return [
        InputError(
            N_(
                "closed_days: {day} lies outside what the calendars cover, {first} to {end};"
                " check the year"
            ),
            day=day.isoformat(),
            first=VALID_FROM.isoformat(),
            end=VALID_UNTIL.isoformat(),
        )
        for day in closed_days
        if not VALID_FROM <= day < VALID_UNTIL
    ]


def _disagreements(versions: Sequence[tuple[str, ContractVersion]]) -> Iterable[InputError]:
    """Why these are not the versions of one contract."""
    (first_name, first), *others = versions
    for name, version in others:
        if version.id != first.id:
            yield InputError(
                N_(
                    "{file}: id: is '{id}', where {other} has '{first}'; the files must be"
                    " versions of one contract"
                ),
                file=name,
                id=version.id,
                other=first_name,
                first=first.id,
            )
    for key in ("version", "effective_from"):
        seen: dict[object, str] = {}
        for name, version in versions:
            value = getattr(version, key)
            if value in seen:
                yield InputError(
                    N_("{file}: {key}: is '{value}', as in {other}; give each version its own"),
                    file=name,
                    key=key,
                    value=str(value),
                    other=seen[value],
                )
            seen.setdefault(value, name)
