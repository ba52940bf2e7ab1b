"""How an obligation stands, in a few words: for a subject, and for what was said of it once."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.cases.obligation import Reason, Verdict, is_open
from monitor.locale import N_, Language

_CLOSED = {
    Verdict.MET: N_("met, closed {at}"),
    Verdict.MISSED: N_("missed, closed {at}"),
    Verdict.CANCELLED: N_("cancelled {at}"),
}
_FOR_A_REASON = {
    Reason.RECLASSIFIED_LATE: N_("missed, reclassified {at}"),
    Reason.GONE_LATE: N_("missed, vanished {at}"),
    Reason.GONE: N_("vanished {at}"),
    Reason.STOPPED_BETWEEN_POLLS: N_("closed {at} at the latest"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is said of an obligation at an instant."""

    at: datetime
    verdict: Verdict
    reason: Reason
    due_at: datetime | None
    stopped_at: datetime | None


def standing_words(standing: Standing, zone: tzinfo, language: Language) -> str:
    """Such as "was due Nov 23 at 4 p.m." or "met, closed Nov 23 at 3 p.m."."""
    stopped_at, due_at = standing.stopped_at, standing.due_at
    if stopped_at is not None:
        text = _FOR_A_REASON.get(standing.reason) or _CLOSED[standing.verdict]
        return language.gettext(text).format(at=language.short_instant(stopped_at, zone))
    if not is_open(standing.verdict, stopped_at):
        return language.gettext("no longer owed")
    if due_at is None:
        return language.gettext("paused")
    late = standing.at > due_at
    text = language.gettext("was due {at}") if late else language.gettext("due {at}")
    return text.format(at=language.short_deadline(due_at, zone))


def verdict_words(standing: Standing, zone: tzinfo, language: Language) -> str:
    """With the verdict before it, where the words do not say it themselves."""
    words = standing_words(standing, zone, language)
    if standing.stopped_at is not None and standing.verdict is not Verdict.UNKNOWN:
        return words
    return f"{language.verdict(standing.verdict)} – {words}"
