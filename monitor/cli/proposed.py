"""Rules proposed on the command line: what vigie.yaml names, with contract files and days off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import RootModel, ValidationError

from monitor.cli.faults import system_words
from monitor.contract.book import ContractBook
from monitor.contract.loader import load_contract
from monitor.errors import InputError
from monitor.locale import N_
from monitor.located_yaml import DocumentError, LocatedDocument
from monitor.settings import CoveredDay, Section, Settings

_ICALENDAR = "BEGIN:VCALENDAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Files that would join what vigie.yaml names."""

    contracts: Sequence[str] = ()
    """Each takes the place of the configured version of its name or its date, or joins them."""
    only: bool = False
    """Whether they are all the versions there would be."""
    calendars: Sequence[str] = ()
    """Days off that join those of the settings."""

    def book(self, settings: Settings) -> ContractBook:
        """The contract as it would be.

        Raises:
            InputError: a file is wrong, or they do not go together.
        """
        given = load_contract(self.contracts) if self.contracts else None
        kept = [] if self.only else _kept(settings, given)
        days = dict(settings.closed_days)
        for file in self.calendars:
            days |= days_off(file)
        return load_contract([*kept, *self.contracts], closed_days=days, rulings=settings.places)


def _kept(settings: Settings, given: ContractBook | None) -> list[str]:
    """The configured versions that no given one replaces."""
    versions = () if given is None else given.versions
    names = {version.version for version in versions}
    dates = {version.effective_from for version in versions}
    kept = []
    for reference in settings.contracts:
        (version,) = load_contract(reference).versions
        if version.version not in names and version.effective_from not in dates:
            kept.append(reference)
    return kept


def days_off(file: str) -> Mapping[date, str]:
    """The days off in a file, with their names: iCalendar, or YAML as in vigie.yaml.

    The YAML has dates with names, alone or under `closed_days`; other sections are refused.

    Raises:
        InputError: the file cannot be read, or is neither; every problem, one a line.
    """
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError("{path}: {reason}", path=str(file), reason=system_words(error)) from None
    except UnicodeDecodeError:
        raise InputError(
            N_("{path}: is not UTF-8 text; save it as UTF-8"), path=str(file)
        ) from None
    if text.lstrip().upper().startswith(_ICALENDAR):
        from monitor.clock.ics import closed_days  # noqa: PLC0415 - most runs read none

        try:
            return closed_days(text)
        except ValueError as error:
            reason = error.args[0]
            raise InputError("{path}: {reason}", path=str(file), reason=reason) from None
    return _from_yaml(LocatedDocument.parse(text, file))


class _Days(RootModel[Mapping[CoveredDay, str]]):
    """Dates with their names."""


class _DaysSection(Section):
    """The same under the key that vigie.yaml has for them."""

    closed_days: Mapping[CoveredDay, str]


def _from_yaml(document: LocatedDocument) -> Mapping[date, str]:
    model = _DaysSection if "closed_days" in document.content else _Days
    try:
        found = model.model_validate(document.content)
    except ValidationError as error:
        raise DocumentError(document.located(error, model)) from None
    return found.closed_days if isinstance(found, _DaysSection) else found.root
