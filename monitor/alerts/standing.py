"""What a message leaves standing, for receivers that hold incidents. Pure."""

from monitor.alerts.escalation import CLOSED, Tone
from monitor.alerts.notification import Notification
from monitor.cases.obligation import Verdict

_BY_VERDICT = {str(Verdict.BREACHED): Tone.BREACH, str(Verdict.AT_RISK): Tone.WARNING}


def standing_tone(notification: Notification) -> Tone | None:
    """How grave what stands after it is; None: nothing does any more.

    A correction leaves what its verdict says: a breach that was none ends, one that is still so
    goes on.
    """
    tone = Tone(notification.fields.get("tone", Tone.NOTE))
    if notification.step == CLOSED or tone in (Tone.CLOSED, Tone.UNDECIDED):
        return None
    if tone is Tone.CORRECTION:
        return _BY_VERDICT.get(notification.fields.get("verdict", ""))
    return tone
