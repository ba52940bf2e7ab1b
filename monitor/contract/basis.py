"""What stored figures rest on, kept whole: enough to tell later what a change of it touches."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, Self

from monitor.clock import tzdata_version
from monitor.clock.shipped import VALID_FROM, VALID_UNTIL
from monitor.clock.tzif import Regimes
from monitor.clock.zones import regimes
from monitor.contract.book import ContractBook
from monitor.contract.model import ContractVersion, PlaceRuling
from monitor.contract.plain import calendar_from, plain_calendar, plain_part
from monitor.contract.regions import shipped_places_digest


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A contract, its calendars day by day, decisions on places, and the zone data under them.

    Calendars and zone data are kept as they were, not by name alone: a later release of this
    program or of `tzdata` may have others under the same names.
    """

    book: ContractBook
    """Of these very calendars; a clock of it goes by the zone data installed now."""
    zones: Mapping[str, Regimes]
    """The offsets of each zone in use."""
    tzdata: str
    """The release of the zone data, for people."""
    places: str
    """The digest of the shipped directory of places."""

    @classmethod
    def of(cls, book: ContractBook) -> Self:
        """What figures rest on that are judged by this contract, here and now."""
        names = {version.zone for version in book.versions}
        names |= {calendar.zone for calendar in book.in_use().values()}
        years = (VALID_FROM.year, VALID_UNTIL.year - 1)
        return cls(
            book=book,
            zones={name: regimes(name, *years) for name in sorted(names)},
            tzdata=tzdata_version(),
            places=shipped_places_digest(),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `as_json` wrote.

        Raises:
            ValueError: it cannot be read, as one that a much later program wrote.
        """
        try:
            return cls._read(json.loads(text))
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"no basis of figures: {error!r}") from error

    @classmethod
    def _read(cls, content: Mapping[str, Any]) -> Self:
        book = ContractBook(
            [ContractVersion.model_validate(version) for version in content["versions"]],
            rulings=[PlaceRuling.model_validate(ruling) for ruling in content["rulings"]],
            calendars={
                (entry["version"], entry["name"]): calendar_from(entry["calendar"])
                for entry in content["calendars"]
            },
        )
        return cls(
            book=book,
            zones={
                name: Regimes(tuple(runs["starts"]), tuple(runs["offsets"]))
                for name, runs in content["zones"].items()
            },
            tzdata=content["tzdata"],
            places=content["places"],
        )

    @cached_property
    def as_json(self) -> str:
        """As text that is the same for equal bases, whichever process writes it."""
        content = {
            "versions": [plain_part(version) for version in self.book.versions],
            "rulings": [plain_part(ruling) for ruling in self.book.rulings],
            "calendars": [
                {"version": version, "name": name, "calendar": plain_calendar(calendar)}
                for (version, name), calendar in sorted(self._calendars.items())
            ],
            "zones": {
                name: {"starts": runs.starts, "offsets": runs.offsets}
                for name, runs in self.zones.items()
            },
            "tzdata": self.tzdata,
            "places": self.places,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @cached_property
    def digest(self) -> str:
        """Tells one basis from another."""
        return sha256(self.as_json.encode()).hexdigest()

    @property
    def _calendars(self) -> Mapping[tuple[str, str], Any]:
        return self.book.in_use()


@lru_cache(maxsize=4)
def digest_of(book: ContractBook) -> str:
    """The digest of what figures judged by this book rest on; known of the latest books."""
    return Basis.of(book).digest
