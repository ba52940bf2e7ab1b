"""The message that a silence is about to end, and what it kept quiet."""

from datetime import datetime, tzinfo

from monitor.alerts.escalation import Recipient
from monitor.alerts.interventions import Silencing
from monitor.alerts.notification import Notification, identity
from monitor.alerts.render.story import clean
from monitor.locale import Language

STEP = "silence-ending"


def render_ending(
    rule: Silencing,
    kept_quiet: int,
    recipient: Recipient,
    *,
    now: datetime,
    zone: tzinfo,
    language: Language,
) -> Notification:
    """For one recipient; the same silence gives the same key, so that it is announced once."""
    ends = language.short_instant(rule.ends_at, zone)
    subject = language.gettext("[SILENCE] Silence {number} ends {at}").format(
        number=rule.id, at=ends
    )
    kept = language.ngettext(
        "It keeps {count} obligation quiet that is still open. What stands then is told.",
        "It keeps {count} obligations quiet that are still open. What stands then is told.",
        kept_quiet,
    ).format(count=kept_quiet)
    pair = language.gettext("{label}: {value}")
    facts = {
        language.gettext("By"): clean(rule.by),
        language.gettext("Why"): clean(rule.why, 200),
        language.gettext("What"): ", ".join(
            f"{name} {' | '.join(map(clean, values))}" for name, values in rule.matchers.items()
        ),
        language.gettext("From"): language.instant(rule.starts_at, zone),
        language.gettext("Until"): language.instant(rule.ends_at, zone),
        language.gettext("To end it now"): f"vigie silence end {rule.id}",
    }
    lines = [pair.format(label=label, value=value) for label, value in facts.items()]
    return Notification(
        key=identity("silence", str(rule.id), STEP, recipient.channel, recipient.address),
        channel=recipient.channel,
        address=recipient.address,
        role=recipient.role,
        lang=language.code,
        subject=subject,
        text="\n".join((kept, "", *lines, "")),
        html=None,
        thread=f"silence:{rule.id}",
        step=STEP,
        created_at=now,
        fields={"silence": str(rule.id), "kept_quiet": str(kept_quiet)},
    )
