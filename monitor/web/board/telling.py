"""How a page says things: the reader's language, the contract's zone, and names in place of ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from monitor.cases.arrivals import OWN_SOURCE
from monitor.cases.claim import ProviderClaim
from monitor.cases.explain import LedgerLine, LedgerReason
from monitor.cases.obligation import Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import ContractVersion, Status, Unit
from monitor.locale import N_, Language
from monitor.shown.claims import claim_words
from monitor.shown.mutes import mute_word
from monitor.shown.terms import region_word, start_rule_words

GLYPHS: Mapping[Verdict, str] = {
    Verdict.BREACHED: "■",
    Verdict.AT_RISK: "▲",
    Verdict.PENDING: "●",
    Verdict.UNKNOWN: "?",
    Verdict.MISSED: "✕",
    Verdict.MET: "✓",
    Verdict.CANCELLED: "–",
}
"""Beside each verdict's word, for whoever tells shapes faster than words, or no colours."""

_WHY = {
    LedgerReason.OPEN: N_("Business time."),
    LedgerReason.OUTSIDE_HOURS: N_("Outside business hours."),
    LedgerReason.WEEKEND: N_("Weekend."),
    LedgerReason.HOLIDAY: N_("Holiday: {name}."),
    LedgerReason.DAY_OF_RECEIPT: N_("Day of receipt: day 1 is the next business day."),
    LedgerReason.PAUSED: N_("Paused by status: {status}."),
    LedgerReason.STOPPED: N_("Stopped by status: {status}."),
}

LETTER_STATES = {
    "queued": N_("waiting"),
    "sent": N_("sent"),
    "dead": N_("not delivered"),
    "discarded": N_("discarded"),
}


ACTS = {
    "acknowledge": N_("takes in hand"),
    "end acknowledgement": N_("gives out of hand"),
    "hold": N_("sets apart"),
    "release": N_("takes back"),
    "silence": N_("silences"),
    "end silence": N_("ends a silence"),
    "add account": N_("adds an account"),
    "remove account": N_("removes an account"),
    "change password": N_("changes a password"),
    "change account": N_("changes an account"),
    "disable account": N_("disables an account"),
    "enable account": N_("enables an account"),
    "reset account": N_("has another password chosen"),
    "choose password": N_("chooses a password"),
    "end sessions": N_("ends sessions"),
    "sign in": N_("signs in"),
    "sign in refused": N_("is not let in"),
    "add token": N_("adds a token"),
    "revoke token": N_("revokes a token"),
    "note": N_("writes a note"),
    "correct mapping": N_("corrects a mapping"),
    "retry from quarantine": N_("has a record read anew"),
    "discard from quarantine": N_("gives records up"),
    "retry message": N_("has a message tried again"),
    "discard message": N_("gives a message up"),
    "report-issued": N_("issues a report"),
}
DETAILS = {
    "why": N_("why"),
    "case": N_("case"),
    "commitment": N_("commitment"),
    "until": N_("until"),
    "silence": N_("silence"),
    "matchers": N_("of"),
    "starts_at": N_("from"),
    "ends_at": N_("to"),
    "account": N_("account"),
    "role": N_("role"),
    "organization": N_("organization"),
    "issuer": N_("known by"),
    "token": N_("token"),
    "name": N_("name"),
    "scopes": N_("for"),
    "source": N_("source"),
    "word": N_("status"),
    "status": N_("read as"),
    "statements": N_("statements"),
    "cases": N_("cases"),
    "record": N_("record"),
    "records": N_("records"),
    "outcome": N_("outcome"),
    "messages": N_("messages"),
    "number": N_("number"),
    "period": N_("period"),
    "provider": N_("provider"),
    "hash": N_("hash"),
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What templates call `say`."""

    language: Language
    zone: tzinfo
    version: ContractVersion
    organizations: Mapping[str, str]
    now: datetime

    def provider(self, id_: str) -> str:
        return next((each.name for each in self.version.providers if each.id == id_), id_)

    def commitment(self, id_: str) -> str:
        found = self.version.by_id.get(id_)
        return id_ if found is None else self.language.label(found.label)

    def organization(self, id_: str | None) -> str:
        return "" if id_ is None else self.organizations.get(id_, id_)

    def verdict(self, verdict: Verdict) -> str:
        return self.language.verdict(verdict)

    def glyph(self, verdict: Verdict) -> str:
        return GLYPHS[verdict]

    def reason(self, reason: str) -> str:
        return self.language.reason(reason)

    def kind(self, kind: str) -> str:
        return self.language.case_kind(kind)

    def role(self, role: str) -> str:
        return self.language.role(role)

    def letter_state(self, state: str) -> str:
        return self.language.gettext(LETTER_STATES[state])

    def mute(self, kind: str) -> str:
        return mute_word(kind, self.language)

    def region(self, region: str) -> str:
        return region_word(region, self.language)

    def start_rule(self, rule: Any) -> str:
        return start_rule_words(rule, self.language)

    def label(self, text: Any) -> str:
        return self.language.label(text)

    def instant(self, at: datetime) -> str:
        return self.language.instant(at, self.zone)

    def short(self, at: datetime) -> str:
        return self.language.short_instant(at, self.zone)

    def near(self, at: datetime) -> str:
        return self.language.near_instant(at, self.zone, self.now)

    def deadline(self, at: datetime) -> str:
        return self.language.deadline(at, self.zone)

    def table_deadline(self, at: datetime) -> str:
        return self.language.table_deadline(at, self.zone)

    def exact(self, at: datetime) -> str:
        """To the second, as a ledger has it."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def machine(self, at: datetime) -> str:
        """For a `time` element."""
        return at.astimezone(self.zone).isoformat()

    def left(self, seconds: int, unit: str) -> str:
        return self.language.short_business_time(seconds, unit)

    def business_time(self, seconds: int, unit: str) -> str:
        return self.language.business_time(seconds, unit)

    def margin(self, seconds: int, unit: str) -> str:
        return self.language.margin(seconds, unit)

    def month(self, day: date) -> str:
        """« novembre 2026 », "November 2026"."""
        return self.language.month(day)

    def weekday(self, number: int) -> str:
        """In short, 0 for Monday."""
        return self.language.weekday(number)

    def act(self, what: str) -> str:
        """What somebody did, as the journal has it; a word of a later program as it is."""
        return self.language.gettext(ACTS[what]) if what in ACTS else what

    def detail(self, name: str) -> str:
        """What a detail of the journal is about; likewise."""
        return self.language.gettext(DETAILS[name]) if name in DETAILS else name

    def number(self, value: float, digits: int = 0) -> str:
        return self.language.number(value, digits)

    def percent(self, share: float) -> str:
        return self.language.percent(share)

    def counted(self, seconds: int, unit: Unit) -> str:
        """Business time to the second: who adds the lines up by hand must find the total."""
        days, rest = divmod(seconds, Unit.BUSINESS_DAYS.seconds)
        if unit is Unit.BUSINESS_HOURS:
            days, rest = 0, seconds
        minutes, second = divmod(rest, 60)
        hour, minute = divmod(minutes, 60)
        time = f"{hour}:{minute:02}:{second:02}"
        template = self.language.gettext("{days} d {time}")
        return template.format(days=days, time=time) if days else time

    def stage(self, status: Status) -> str:
        """One of our own words for how far a case has come."""
        return self.language.status(status)

    def claim(self, claim: ProviderClaim) -> str:
        """Whether the provider says it was kept, and when it ended."""
        return claim_words(claim, self.language, self.zone)

    def why(self, line: LedgerLine) -> str:
        name = line.holiday.name(self.language.code) if line.holiday is not None else ""
        status = self.status(line.status, line.raw_status or "")
        return self.language.gettext(_WHY[line.reason]).format(name=name, status=status)

    def status(self, status: Status | None, raw_status: str, source: str | None = None) -> str:
        """In the reader's words, the provider's own in brackets; those alone where unmapped."""
        if status is None:
            return raw_status
        words = self.language.status(status)
        return words if source == OWN_SOURCE else f"{words} ({raw_status})"

    def statement(self, observed: Observation) -> str:
        return self.status(observed.status, observed.raw_status, observed.source)

    def case(self, key: CaseKey) -> str:
        return f"{self.provider(key.provider)} · {key.ref}"
