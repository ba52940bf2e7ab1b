"""When something is due: a question on one commitment, answered by the rules that judge cases."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from monitor.cases.evaluate import run_of
from monitor.cases.observation import CaseKey
from monitor.cases.timeline import Filing, Timeline
from monitor.clock import ClockRangeError, zone
from monitor.contract.book import ContractBook, NotInForceError
from monitor.contract.model import Commitment, ContractVersion
from monitor.contract.regions import RegionAnswer
from monitor.errors import InputError
from monitor.locale import N_, Language
from monitor.located_yaml.words import nearest
from monitor.shown.instants import written
from monitor.shown.terms import region_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    commitment: str
    """An id, or a category of which the place decides what is owed: `delivery`."""
    received_at: datetime
    at: datetime
    """The instant at which elapsed and remaining are told; before the receipt, nothing is used."""
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    question: Question
    version: ContractVersion
    commitment: Commitment
    region: RegionAnswer | None
    zone: tzinfo
    """The contract's."""
    starts_at: datetime
    due_at: datetime
    elapsed_seconds: int
    """Whole seconds of business time, as `remaining_seconds`, which is negative once late."""
    remaining_seconds: int

    def warnings(self, language: Language) -> list[str]:
        """What the reader should know before relying on it."""
        region, commitment = self.region, self.commitment
        if region is None or commitment.region is None:
            # Wherever it is, the promise is the same.
            return []
        found = []
        word = region_word(region.region, language)
        if region.provisional:
            found.append(
                language.gettext("{reason} (provisional region: {region})").format(
                    reason=language.label(region.reason), region=word
                )
            )
        if commitment.region != region.region:
            found.append(
                language.gettext(
                    "'{id}' is for the {expected} region; '{place}' is in the {region} one"
                ).format(
                    id=commitment.id,
                    expected=region_word(commitment.region, language),
                    place=self.question.place,
                    region=word,
                )
            )
        return found

    def as_json(self, language: Language) -> dict[str, Any]:
        amount = self.commitment.amount
        found: dict[str, Any] = {
            "commitment": self.commitment.id,
            "received_at": written(self.question.received_at, self.zone),
            "starts_at": written(self.starts_at, self.zone),
            "due_at": written(self.due_at, self.zone),
            "unit": amount.unit.value,
            "amount": amount.quantity,
            "seconds_per_unit": amount.unit.seconds,
            "at": written(self.question.at, self.zone),
            "elapsed": self.elapsed_seconds,
            "remaining": self.remaining_seconds,
            "calendar": self.commitment.calendar,
            "contract": self.version.id,
            "contract_version": self.version.version,
            "clause": self.commitment.source.clause,
        }
        if self.region is not None:
            found |= {
                "place": self.question.place,
                "region": self.region.region,
                "region_reason": language.label(self.region.reason),
                "region_provisional": self.region.provisional,
            }
        if warnings := self.warnings(language):
            found["warnings"] = warnings
        return found


class Answerer:
    """Answers any number of questions on one contract; places are looked up once each."""

    def __init__(self, book: ContractBook) -> None:
        self._book = book
        self._regions: dict[tuple[str, str, date], RegionAnswer | None] = {}

    def answer(self, question: Question) -> Answer:
        """The deadline of what is asked about, and how much of it is used up.

        Raises:
            InputError: no such commitment, a place is needed and missing, or a date lies before
                the contract or beyond its calendar.
        """
        try:
            version = self._book.in_force(question.received_at)
            received_on = question.received_at.astimezone(zone(version.zone)).date()
            region = self._region(version, question.place, received_on)
            commitment = _commitment(version, question.commitment, region, received_on)
        except NotInForceError:
            raise self._before_contract(question) from None
        try:
            return self._answer(question, version, commitment, region)
        except ClockRangeError:
            raise self._beyond_calendar(question, version, commitment) from None

    def _region(self, version: ContractVersion, place: str | None, on: date) -> RegionAnswer | None:
        if place is None:
            return None
        key = (version.version, place, on)
        if key not in self._regions:
            places = self._book.places(version)
            self._regions[key] = None if places is None else places.region_of(place, on=on)
        return self._regions[key]

    def _answer(
        self,
        question: Question,
        version: ContractVersion,
        commitment: Commitment,
        region: RegionAnswer | None,
    ) -> Answer:
        received_at = question.received_at.astimezone(UTC)
        nothing_since = Timeline(
            key=CaseKey("", commitment.case_kind, ""),
            source="",
            received_at=received_at,
            organization=None,
            filings=(Filing(at=received_at, category=commitment.category),),
            place=question.place,
            changes=(),
        )
        run = run_of(commitment, nothing_since, self._book.clock(version, commitment.calendar))
        due_at = run.reaches(commitment.amount.span)
        assert due_at is not None  # noqa: S101 - only a pause holds a deadline off; here is none
        elapsed = run.elapsed(question.at) // timedelta(seconds=1)
        return Answer(
            question=question,
            version=version,
            commitment=commitment,
            region=region,
            zone=zone(version.zone),
            starts_at=run.starts_at,
            due_at=due_at,
            elapsed_seconds=elapsed,
            remaining_seconds=commitment.amount.seconds - elapsed,
        )

    def _beyond_calendar(
        self, question: Question, version: ContractVersion, commitment: Commitment
    ) -> InputError:
        first, last = self._book.clock(version, commitment.calendar).covers
        if not first <= question.received_at <= last:
            said = N_("received {at}, beyond what calendar '{calendar}' covers, {first} to {last}")
        elif question.at > last:
            said = N_("--at {at} is beyond what calendar '{calendar}' covers, {first} to {last}")
        else:
            said = N_("the deadline is beyond what calendar '{calendar}' covers, {first} to {last}")
        at = question.at if first <= question.received_at <= last else question.received_at
        local = zone(version.zone)
        return InputError(
            said,
            at=written(at, local),
            calendar=commitment.calendar,
            first=str(first.astimezone(local).date()),
            # The last instant is the end of a day.
            last=str((last - timedelta(seconds=1)).astimezone(local).date()),
        )

    def _before_contract(self, question: Question) -> InputError:
        first = self._book.versions[0]
        return InputError(
            N_("received {received}, before the contract: '{contract}' begins on {first}"),
            received=question.received_at.isoformat(),
            contract=self._book.id,
            first=str(first.effective_from),
        )


def _commitment(
    version: ContractVersion, name: str, region: RegionAnswer | None, received_on: date
) -> Commitment:
    """The commitment of this id; or the one owed on the category of this name, by region."""
    if (named := version.by_id.get(name)) is not None:
        if named.effective_from is not None and received_on < named.effective_from:
            raise InputError(
                N_("'{name}' is promised on what is received from {date} on"),
                name=name,
                date=str(named.effective_from),
            )
        return named
    if name not in version.categories:
        raise _unknown(version, name)
    owed = version.owed_on(name, None if region is None else region.region, received_on)
    if len(owed) == 1:
        return owed[0]
    ids = ", ".join(c.id for c in owed or version.commitments if c.category == name)
    if not owed and region is None:
        raise InputError(
            N_("'{name}' depends on the place: give one, as by --place, or name one of {ids}"),
            name=name,
            ids=ids,
        )
    raise InputError(N_("'{name}' is not one commitment: name one of {ids}"), name=name, ids=ids)


def _unknown(version: ContractVersion, name: str) -> InputError:
    known = sorted({*version.by_id, *version.categories})
    ids = ", ".join(version.by_id)
    near = nearest(name, known)
    if near is None:
        return InputError(N_("no commitment '{name}': write one of {ids}"), name=name, ids=ids)
    return InputError(
        N_("no commitment '{name}': did you mean '{near}'? There are {ids}"),
        name=name,
        near=near,
        ids=ids,
    )
