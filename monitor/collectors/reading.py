"""A provider's record as facts, through a mapping compiled once."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError

from monitor.cases.claim import ProviderClaim
from monitor.cases.correction import fold
from monitor.clock.zones import zone
from monitor.collectors.base import Quarantined
from monitor.collectors.claims import ClaimReading
from monitor.collectors.closures import Finder, finder
from monitor.collectors.expressions import compile_expression, plain_field
from monitor.collectors.mapping import FieldExpressions, MappingSettings
from monitor.collectors.times import UnreadableTime, instant
from monitor.contract.model import Status
from monitor.locale.marking import N_, Said

Extract = Mapping[str, Any]
"""What a mapping takes out of a record, as written there: all that is ever kept of it."""

_LONGEST = 200
"""Characters of a reference, status, organisation or place; what the store has room for."""


class Unreadable(ValueError):
    """A record that the mapping cannot read; `reason` says which fact and why."""

    def __init__(self, template: str, **fields: str) -> None:
        self.reason = Said(template, **fields)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Stated:
    """A status the record tells of; `changed_at` is None where it gives no time."""

    raw_status: str
    changed_at: datetime | None
    written: str | None
    """The time as the provider wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A record, read and checked: instants in UTC, the category in the contract's words."""

    ref: str
    received_at: datetime
    updated_at: datetime | None
    organization: str | None
    category: str
    place: str | None
    severity: str | None
    current: Stated
    history: tuple[Stated, ...]
    """Oldest first, each with its time."""
    undated: int
    """History entries left out because they have no date."""
    claims: tuple[ProviderClaim, ...] = ()
    """What the provider says of its own levels."""
    extract: Extract


@dataclass(frozen=True, slots=True)
class OutsideContract:
    """A record of a category that the mapping says the contract does not cover."""

    ref: str
    raw_category: str


class Reading:
    """A compiled mapping. Reads any JSON value without raising; safe to use from many threads."""

    def __init__(self, settings: MappingSettings) -> None:
        self._zone = zone(settings.timezone)
        self._formats = settings.time_formats
        self._ref = _finder(settings.fields.ref)
        self._fields = [
            _Step.of(name, text)
            for name in FieldExpressions.model_fields
            if (text := getattr(settings.fields, name)) is not None
        ]
        history = settings.history
        self._history = None if history is None else _finder(history.items)
        self._item: Sequence[_Step] = (
            ()
            if history is None
            else (
                _Step.of("status", history.status),
                _Step.of("changed_at", history.changed_at),
            )
        )
        self._claims = (
            None
            if settings.claims is None
            else ClaimReading(settings.claims, self._zone, self._formats)
        )
        self._statuses = {fold(word): status for word, status in settings.status_map.items()}
        self._categories = {fold(word): slug for word, slug in settings.category_map.items()}
        self._outside = {fold(word) for word in settings.outside_contract}

    def status_of(self, raw_status: str) -> Status | None:
        """What a raw status means; None: nobody has said yet."""
        return self._statuses.get(fold(raw_status))

    def read(self, record: Any, *, until: datetime | None) -> Facts | OutsideContract | Quarantined:
        """The facts of one record, as `extract` and then `interpret` give them."""
        extract = self.extract(record)
        return extract if isinstance(extract, Quarantined) else self.interpret(extract, until=until)

    def extract(self, record: Any) -> Extract | Quarantined:
        """What the mapping's expressions give on a record; nothing else of it is kept."""
        try:
            return self._extract(record)
        except Unreadable as wrong:
            return Quarantined(ref=self._ref_of(record), reason=wrong.reason, payload=None)

    def interpret(
        self, extract: Extract, *, until: datetime | None
    ) -> Facts | OutsideContract | Quarantined:
        """The facts in an extract, one kept in quarantine included, as the mapping reads it now.

        Args:
            extract: what `extract` gave.
            until: the poll's start: no time may be a day later. None: any time is taken.
        """
        try:
            return self._facts(extract, until)
        except Unreadable as wrong:
            ref = _text(extract.get("ref"))
            return Quarantined(ref=ref, reason=wrong.reason, payload=extract)

    def time_in(self, extract: Extract, name: str) -> datetime | None:
        """One of the extract's times; None where it has none that can be read.

        For what only helps to find records. What a deadline rests on is read by `interpret`,
        which takes no unreadable time for none.
        """
        try:
            return instant(extract.get(name), self._zone, formats=self._formats)
        except UnreadableTime:
            return None

    def instant(self, text: str, *, until: datetime | None) -> datetime:
        """A time that is no fact of a record, read as those are.

        Raises:
            UnreadableTime: it is none.
        """
        return instant(text, self._zone, until=until, formats=self._formats)

    def _extract(self, record: Any) -> Extract:
        if not isinstance(record, Mapping):
            raise Unreadable(N_("{kind} stands where a record is expected"), kind=_kind(record))
        try:
            found = _singles(self._fields, record)
            if self._history is not None:
                found["history"] = self._extract_history(self._history(record))
            if self._claims is not None and (claims := self._claims.read(record)):
                found["claims"] = claims
        except JMESPathError as error:
            raise Unreadable(
                N_("an expression fails on this record: {error}"), error=str(error)
            ) from None
        return found

    def _facts(self, extract: Extract, until: datetime | None) -> Facts | OutsideContract:
        ref = _required("ref", extract)
        raw_category = _required("category", extract)
        if fold(raw_category) in self._outside:
            return OutsideContract(ref, raw_category)
        category = self._categories.get(fold(raw_category))
        if category is None:
            raise Unreadable(
                N_(
                    "category '{category}' is mapped nowhere; add it to category_map, or to "
                    "outside_contract if the contract does not cover it"
                ),
                category=raw_category,
            )
        entries = extract.get("history", ())
        return Facts(
            ref=ref,
            received_at=self._time("received_at", _required("received_at", extract), until),
            updated_at=self.time_in(extract, "updated_at"),
            organization=_text(extract.get("organization")),
            category=category,
            place=_text(extract.get("place")),
            severity=_text(extract.get("severity")),
            current=Stated(
                raw_status=_required("status", extract),
                changed_at=(
                    self._time("changed_at", extract["changed_at"], until)
                    if "changed_at" in extract
                    else None
                ),
                written=extract.get("changed_at"),
            ),
            history=self._past(entries, until),
            undated=sum("changed_at" not in entry for entry in entries),
            claims=tuple(ProviderClaim.load(one) for one in extract.get("claims", ())),
            extract=extract,
        )

    def _past(self, entries: Any, until: datetime | None) -> tuple[Stated, ...]:
        dated = [
            (self._time("history", entry["changed_at"], until), entry)
            for entry in entries
            if "changed_at" in entry
        ]
        # Some list the newest first. Sorting alone would then turn round what has one time.
        if len(dated) > 1 and dated[0][0] > dated[-1][0]:
            dated.reverse()
        return tuple(
            Stated(_required("status", entry), at, entry["changed_at"])
            for at, entry in sorted(dated, key=lambda pair: pair[0])
        )

    def _extract_history(self, items: Any) -> list[dict[str, Any]]:
        if items is None or items is False:
            return []
        if not isinstance(items, list):
            raise Unreadable(N_("history.items leads to {kind}, not to a list"), kind=_kind(items))
        entries = []
        for item in items:
            entry = _singles(self._item, item)
            if "status" in entry:
                entries.append(entry)
        return entries

    def _time(self, name: str, value: Any, until: datetime | None) -> datetime:
        try:
            return instant(value, self._zone, until=until, formats=self._formats)
        except UnreadableTime as error:
            raise Unreadable(N_("{field}: {reason}"), field=name, reason=error.reason) from None

    def _ref_of(self, record: Any) -> str | None:
        try:
            return _text(_single("ref", self._ref(record)))
        except (JMESPathError, Unreadable):
            return None


def _finder(text: str) -> Finder:
    return finder(compile_expression(text))


class _Step(NamedTuple):
    """One fact, and what leads to it."""

    name: str
    path: Finder
    key: str | None
    """Where that is nothing but a key of the record: most are."""

    @classmethod
    def of(cls, name: str, text: str) -> "_Step":
        return cls(name, _finder(text), plain_field(text))


def _singles(steps: Sequence[_Step], record: Any) -> dict[str, Any]:
    """What each step leads to; those that lead nowhere are left out."""
    found = {}
    is_object = isinstance(record, dict)
    # Of all that is done to a record, this is done most: plain texts are looked at on the spot.
    for name, path, key in steps:
        value = record.get(key) if is_object and key is not None else path(record)
        if type(value) is not str or len(value) > _LONGEST or not value.isprintable():
            value = _single(name, value)
            if value is not None:
                found[name] = value
        elif text := value.strip():
            found[name] = text
    return found


def _required(name: str, extract: Extract) -> str:
    text = _text(extract.get(name))
    if text is None:
        raise Unreadable(
            N_("no {field}: the expression for it finds nothing"), field=name.replace("_", " ")
        )
    return text


def _single(name: str, value: Any) -> Any:
    """A single value as it may be kept; what JMESPath answers for "nothing there" becomes None."""
    if not isinstance(value, str):
        if value is None or value is False or value == []:
            return None
        if isinstance(value, Mapping | list):
            raise Unreadable(
                N_("{field} leads to {kind} instead of a single value"),
                field=name,
                kind=_kind(value),
            )
        return str(value)
    text = _clean(value)
    if len(text) > _LONGEST:
        raise Unreadable(
            N_("{field} has {length} characters; {longest} at most are kept"),
            field=name,
            length=str(len(text)),
            longest=str(_LONGEST),
        )
    return text or None


def _clean(text: str) -> str:
    """Without control characters and broken surrogates, which no database takes."""
    if text.isprintable():
        return text.strip()
    kept = "".join(
        " " if unicodedata.category(character) in {"Cc", "Cs"} else character for character in text
    )
    return " ".join(kept.split())


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


_KINDS = {
    dict: N_("an object"),
    list: N_("a list"),
    str: N_("text"),
    type(None): N_("nothing"),
}


def _kind(value: Any) -> Said:
    return Said(_KINDS.get(type(value), N_("a plain value")))
