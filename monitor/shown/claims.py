"""A provider's claim in words."""

from datetime import tzinfo

from monitor.cases.claim import ProviderClaim
from monitor.locale import N_, Language

_SAID = {True: N_("late"), False: N_("kept")}
_UNSAID = N_("says neither kept nor late")
_STOPPED = N_("ended {at}")


def claim_words(claim: ProviderClaim, language: Language, zone: tzinfo) -> str:
    """Whether it says it was kept, and when it ended, where it says so."""
    words = language.gettext(_UNSAID if claim.breached is None else _SAID[claim.breached])
    if claim.stopped_at is None:
        return words
    at = language.short_instant(claim.stopped_at, zone)
    return f"{words}, {language.gettext(_STOPPED).format(at=at)}"
