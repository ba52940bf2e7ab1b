"""Delivery place to region, by the contract's condition b; every answer carries its reason."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files

from monitor.contract.place_names import key_of, names_in, plain, postal_code_in
from monitor.contract.place_reasons import PlaceReason, sentence
from monitor.contract.rulings import PlaceRuling
from monitor.contract.vocabulary import Text

_FSA_LENGTH = 3
"""A forward sortation area is the first half of a postal code."""


class Confidence(StrEnum):
    """How far the directory is to be trusted on a place; `low` is a decision one may override."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A municipality, or a locality of one."""

    name: str
    municipality: str
    region: str
    reason: PlaceReason
    confidence: Confidence
    aliases: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAnswer:
    """The region of a delivery place, and how that is known."""

    region: str
    known: bool
    """False: the place is in no directory."""
    municipality: str | None
    """None: unknown, or one of several in a postal area."""
    reason_code: PlaceReason
    reason: Text
    confidence: Confidence
    provisional: bool
    """Somebody has to confirm: an unknown place, a name that may mean two, a missing date."""


class PlaceDirectory:
    """Places by name and by postal code, and the rulings that go before them. Immutable."""

    def __init__(
        self,
        places: Sequence[Place],
        postal_codes: Mapping[str, str],
        postal_areas: Mapping[str, str],
        *,
        unknown: str = "local",
        rulings: Sequence[PlaceRuling] = (),
    ) -> None:
        """Index the places.

        Args:
            places: Where two in different regions share a name, the first is answered, flagged.
            postal_codes: Codes, or their first halves, to the name of the place there.
            postal_areas: First halves to the region of all the places there.
            unknown: The region that an unknown place is taken for.
            rulings: Decisions, the first that fits wins.
        """
        self.places = tuple(places)
        self.unknown = unknown
        self._postal_codes = postal_codes
        self._postal_areas = postal_areas
        self._by_name = {place.name: place for place in places}
        self._by_key: dict[str, list[tuple[str, Place]]] = {}
        for place in places:
            for name in (place.name, *place.aliases):
                self._by_key.setdefault(key_of(name), []).append((plain(name), place))
        self._rulings: dict[str, list[PlaceRuling]] = {}
        for ruling in rulings:
            for subject in self._subjects(ruling.place):
                self._rulings.setdefault(subject, []).append(ruling)

    def ruled(self, *, unknown: str, rulings: Sequence[PlaceRuling]) -> "PlaceDirectory":
        """The same places, with these rulings and this region for unknown ones."""
        return PlaceDirectory(
            self.places, self._postal_codes, self._postal_areas, unknown=unknown, rulings=rulings
        )

    def region_of(self, place: str | None, on: date | None = None) -> RegionAnswer:
        """The region of a delivery place as a source states it.

        A municipality's or locality's name, with or without province and postal code, or a postal
        code alone; accents, case, hyphens, articles and `St` for `Saint` make no difference.

        Args:
            place: What the source states; None or blank where it states nothing.
            on: The local date on which seasonal rulings are read: the date of receipt.
        """
        if place is None or not plain(place):
            return self._open_answer(PlaceReason.NO_PLACE, "")
        base = self._directory_answer(place)
        ruling, dated = self._ruling_for(place, base, on)
        if ruling is None:
            return base
        name = base.municipality or place.strip()
        if not dated:
            return _flagged(base, PlaceReason.SEASON, name)
        return RegionAnswer(
            region=ruling.region,
            known=True,
            municipality=base.municipality or ruling.place,
            reason_code=PlaceReason.RULING,
            reason=ruling.reason or sentence(PlaceReason.RULING, name),
            confidence=Confidence.HIGH,
            provisional=False,
        )

    def _directory_answer(self, stated: str) -> RegionAnswer:
        code = postal_code_in(stated)
        at_code = self._at_postal_code(code)
        named = self._named(stated)
        if len({place.region for place in named}) > 1 and at_code in named:
            named = [place for place in named if place is at_code]
        if not named:
            return self._postal_answer(stated, code, at_code)
        place = named[0]
        answer = _answer(place)
        if len({other.region for other in named}) > 1:
            return _flagged(answer, PlaceReason.AMBIGUOUS_NAME, stated.strip())
        area = at_code.region if at_code else self._postal_areas.get((code or "")[:_FSA_LENGTH])
        if area is not None and area != place.region:
            return _flagged(answer, PlaceReason.CONFLICT, stated.strip())
        return answer

    def _postal_answer(self, stated: str, code: str | None, at_code: Place | None) -> RegionAnswer:
        if at_code is not None:
            return _answer(at_code)
        fsa = (code or "")[:_FSA_LENGTH]
        if fsa in self._postal_areas:
            return RegionAnswer(
                region=self._postal_areas[fsa],
                known=True,
                municipality=None,
                reason_code=PlaceReason.POSTAL_AREA,
                reason=sentence(PlaceReason.POSTAL_AREA, fsa),
                confidence=Confidence.MEDIUM,
                provisional=False,
            )
        return self._open_answer(PlaceReason.UNKNOWN, stated.strip())

    def _open_answer(self, reason: PlaceReason, name: str) -> RegionAnswer:
        return RegionAnswer(
            region=self.unknown,
            known=False,
            municipality=None,
            reason_code=reason,
            reason=sentence(reason, name),
            confidence=Confidence.LOW,
            provisional=True,
        )

    def _at_postal_code(self, code: str | None) -> Place | None:
        if code is None:
            return None
        name = self._postal_codes.get(code) or self._postal_codes.get(code[:_FSA_LENGTH])
        return None if name is None else self._by_name[name]

    def _named(self, stated: str) -> list[Place]:
        """The places a text may name: those of the first name in it that is known.

        Where that may be several, another name in the text may tell which:
        `Saint-Augustin / Pakuashipi`.
        """
        first: list[Place] = []
        for name in names_in(stated):
            found = self._spelt(name)
            common = [place for place in first if place in found]
            if common or not first:
                first = common or found
            if len(first) == 1:
                break
        return first

    def _spelt(self, name: str) -> list[Place]:
        found = self._by_key.get(key_of(name), [])
        exact = [place for spelling, place in found if spelling == plain(name)]
        return exact or [place for _, place in found]

    def _subjects(self, stated: str) -> set[str]:
        """What a ruling on `stated` is kept under: the places it names, or else its own key."""
        return {place.name for place in self._named(stated)} or {key_of(stated)}

    def _ruling_for(
        self, stated: str, base: RegionAnswer, on: date | None
    ) -> tuple[PlaceRuling | None, bool]:
        """The ruling that holds, and whether it is known to: a season without a date is not."""
        if not self._rulings:
            return None, True
        subjects = [place.name for place in self._named(stated)]
        subjects += [base.municipality] if base.municipality else []
        subjects += [key_of(name) for name in names_in(stated)]
        for subject in dict.fromkeys(subjects):
            for ruling in self._rulings.get(subject, ()):
                if ruling.starts_on is not None and on is None:
                    return ruling, False
                if on is None or ruling.holds(on):
                    return ruling, True
        return None, True


def _answer(place: Place) -> RegionAnswer:
    return RegionAnswer(
        region=place.region,
        known=True,
        municipality=place.municipality,
        reason_code=place.reason,
        reason=sentence(place.reason, place.name),
        confidence=place.confidence,
        provisional=False,
    )


def _flagged(answer: RegionAnswer, reason: PlaceReason, name: str) -> RegionAnswer:
    return RegionAnswer(
        region=answer.region,
        known=answer.known,
        municipality=answer.municipality,
        reason_code=reason,
        reason=sentence(reason, name),
        confidence=Confidence.LOW,
        provisional=True,
    )


@cache
def shipped_places() -> PlaceDirectory:
    """The directory that ships, without rulings: Québec's places, each with source and confidence.

    Where two places of different regions share a name, the one the contract's list of remote
    places holds comes first.
    """
    places = [
        Place(
            name=row["name"],
            municipality=row["municipality"] or row["name"],
            region=row["region"],
            reason=PlaceReason(row["reason"]),
            confidence=Confidence(row["confidence"]),
            aliases=tuple(row["aliases"].split("|")) if row["aliases"] else (),
            source=row["source"],
        )
        for row in _rows("places.csv")
    ]
    postal = list(_rows("postal_codes.csv"))
    return PlaceDirectory(
        places,
        {row["prefix"]: row["place"] for row in postal if row["place"]},
        {row["prefix"]: row["region"] for row in postal if not row["place"]},
    )


@cache
def shipped_places_digest() -> str:
    """Tells one release of the shipped directory from another."""
    texts = "".join(_text(name) for name in ("places.csv", "postal_codes.csv"))
    return sha256(texts.encode()).hexdigest()


def _rows(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(_text(name).splitlines())


def _text(name: str) -> str:
    return (files("monitor.contract") / "builtin" / name).read_text(encoding="utf-8")
