"""A change of the contract as a sentence, in the reader's language."""

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from monitor.contract.amount import Amount
from monitor.contract.model import PlaceRuling, SpecialDay
from monitor.contract.vocabulary import CaseKind, ReopenRule, Source, StartRule, Status, Text
from monitor.locale.marking import N_

if TYPE_CHECKING:
    from monitor.contract.diff import Change
    from monitor.locale import Language


_WHOLE = {
    ("commitments", "added"): N_("New commitment: {subject}, {amount}."),
    ("commitments", "removed"): N_("Commitment withdrawn: {subject}, {amount}."),
    ("providers", "added"): N_("New provider: {subject}."),
    ("providers", "removed"): N_("Provider withdrawn: {subject}."),
    ("conditions", "added"): N_("New condition: {subject}."),
    ("conditions", "removed"): N_("Condition withdrawn: {subject}."),
    ("contacts", "added"): N_("New contact: {subject} ({name})."),
    ("contacts", "removed"): N_("Contact withdrawn: {subject} ({name})."),
    ("calendars", "added"): N_("New calendar: {subject}."),
    ("calendars", "removed"): N_("Calendar withdrawn: {subject}."),
    ("regions", "added"): N_("What is owed now depends on the delivery region."),
    ("regions", "removed"): N_("What is owed no longer depends on the delivery region."),
    ("rulings", "added"): N_("New ruling on a place: {subject}, {region}."),
    ("rulings", "removed"): N_("Ruling on a place withdrawn: {subject}, {region}."),
}
_FIELDS = {
    "amount": N_("{subject}: the time allowed goes from {before} to {after}."),
    "calendar": N_("{subject}: counted on calendar {after} instead of {before}."),
    "start_rule": N_("{subject}: the clock starts {after} instead of {before}."),
    "region": N_("{subject}: owed for {after} instead of {before}."),
    "reopen_rule": N_(
        "{subject}: once a case is reopened, the clock {after}; before, it {before}."
    ),
    "at_risk_percent": N_("{subject}: at risk from {after} of the time used instead of {before}."),
    "effective_from": N_("{subject}: in force from {after} instead of {before}."),
    "version": N_("{subject}: version {before} becomes version {after}."),
}
_OTHER_FIELD = N_("{subject}: change to {field}, from “{before}” to “{after}”.")
_STATUSES = {
    ("stop_statuses", True): N_("{subject}: the clock now stops on: {statuses}."),
    ("stop_statuses", False): N_("{subject}: the clock no longer stops on: {statuses}."),
    ("pause_statuses", True): N_("{subject}: the clock now pauses on: {statuses}."),
    ("pause_statuses", False): N_("{subject}: the clock no longer pauses on: {statuses}."),
    ("cancel_statuses", True): N_("{subject}: the case now ends with nothing owed on: {statuses}."),
    ("cancel_statuses", False): N_(
        "{subject}: the case no longer ends with nothing owed on: {statuses}."
    ),
}
_FIELD_NAMES = {
    "title": N_("the title"),
    "label": N_("the wording"),
    "source": N_("the source"),
    "zone": N_("the time zone"),
    "support_hours": N_("the calendar of support hours"),
    "business_days": N_("the calendar of business days"),
    "case_kind": N_("the kind of case"),
    "target_percent": N_("the target"),
    "category": N_("the category"),
    "name": N_("the name"),
    "rank": N_("the rank"),
    "email": N_("the e-mail address"),
    "phone": N_("the telephone number"),
    "consequence": N_("the consequence"),
    "categories": N_("the categories"),
    "min_rank": N_("the lowest rank"),
    "fact": N_("the fact"),
    "proof": N_("the proof required"),
    "tag": N_("the tag"),
    "breach": N_("what states a breach"),
    "measure": N_("the measure"),
    "week": N_("the week"),
    "holidays": N_("the holidays"),
    "closed": N_("the days closed"),
    "special": N_("the days with hours of their own"),
    "opened": N_("the holidays worked"),
    "moved": N_("the holidays moved"),
    "places": N_("the directory of places"),
    "unknown": N_("the region of unknown places"),
    "reason": N_("the reason"),
    "starts_on": N_("the first day of the season"),
    "ends_on": N_("the last day of the season"),
}
_REGIONS = {
    None: N_("every region"),
    "local": N_("local regions"),
    "remote": N_("remote regions"),
}
_VALUES = {
    StartRule.FROM_RECEIPT: N_("at receipt or at the next opening"),
    StartRule.NEXT_BUSINESS_DAY: N_("at 00:00 of the next business day"),
    ReopenRule.RESUME: N_("resumes where it stopped"),
    ReopenRule.RESTART: N_("starts anew"),
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = re.compile("|".join(_DAYS), re.IGNORECASE)
_NOTHING = N_("none")
_VERSION_DATE = N_("the version's own date")


def sentence(change: "Change", language: "Language") -> str:
    """One or two sentences; statuses taken and given up are told apart."""
    subject = language.label(change.subject)
    if not change.field:
        return _whole(change, subject, language)
    if (change.field, True) in _STATUSES:
        return " ".join(_statuses(change, subject, language))
    template = language.gettext(_FIELDS.get(change.field, _OTHER_FIELD))
    field = _FIELD_NAMES.get(change.field)
    return template.format(
        subject=subject,
        field=language.gettext(field) if field else change.field,
        before=_value(change, change.before, language),
        after=_value(change, change.after, language),
    )


def _whole(change: "Change", subject: str, language: "Language") -> str:
    member = change.after or change.before
    amount = getattr(member, "amount", None)
    template = language.gettext(_WHOLE[change.part, change.kind.value])
    return template.format(
        subject=subject,
        name=change.name,
        amount=_shown(amount, language) if amount else "",
        region=_region(member.region, language) if isinstance(member, PlaceRuling) else "",
    )


def _statuses(change: "Change", subject: str, language: "Language") -> list[str]:
    said = []
    for taken, statuses in (
        (True, change.after - change.before),
        (False, change.before - change.after),
    ):
        if statuses:
            template = language.gettext(_STATUSES[change.field, taken])
            said.append(template.format(subject=subject, statuses=_shown(statuses, language)))
    return said


def _value(change: "Change", value: Any, language: "Language") -> str:
    if change.field in {"region", "unknown"}:
        return _region(value, language)
    if change.field.endswith("_percent") and value is not None:
        return language.percent(value / 100, 0 if value == int(value) else 1)
    if change.field == "effective_from" and value is None:
        return language.gettext(_VERSION_DATE)
    if change.field == "week":
        days = ((_DAY.sub(lambda day: _weekday(day, language), k), v) for k, v in value.items())
        return "; ".join(f"{name} {', '.join(windows)}" for name, windows in days)
    return _shown(value, language)


def _weekday(day: re.Match[str], language: "Language") -> str:
    return language.weekday(_DAYS.index(day.group().lower()))


def _region(region: str | None, language: "Language") -> str:
    return language.gettext(_REGIONS[region])


def _shown(value: Any, language: "Language") -> str:
    match value:
        case StartRule() | ReopenRule():
            shown = language.gettext(_VALUES[value])
        case Status():
            shown = language.status(value)
        case CaseKind():
            shown = language.case_kind(value)
        case Amount(seconds=seconds, unit=unit):
            shown = language.business_time(seconds, unit)
        case Text():
            shown = language.label(value)
        case date():
            shown = language.date(value)
        case _:
            shown = _shown_parts(value, language)
    return shown


def _shown_parts(value: Any, language: "Language") -> str:
    """What is made of several things, and what is none; the rest as it is written."""
    match value:
        case Source(document=document, clause=clause, quote=quote):
            return ", ".join(part for part in (document, clause, quote) if part)
        case SpecialDay(name=name, windows=windows):
            return f"{_shown(name, language)} ({', '.join(windows)})"
        case Mapping() if value:
            pairs = value.items()
            return "; ".join(f"{_shown(k, language)} {_shown(v, language)}" for k, v in pairs)
        case tuple() | frozenset() if value:
            return ", ".join(sorted(_shown(item, language) for item in value))
        case None | tuple() | frozenset() | Mapping():
            return language.gettext(_NOTHING)
    return str(value)
