"""From an obligation's story to the notification one recipient gets."""

from monitor.alerts.escalation import Recipient
from monitor.alerts.notification import Notification, identity
from monitor.alerts.render.letter import compose
from monitor.alerts.render.page import as_html, as_text
from monitor.alerts.render.story import Story, clean
from monitor.locale import Language


def render(
    story: Story, recipient: Recipient, language: Language, key: str | None = None
) -> Notification:
    """The message about `story.firing` for one recipient, in one language.

    `key` is `key_of` it, where that is known already.

    The same story gives the same message, byte for byte, and the same key whatever the wording.
    """
    letter = compose(story, language)
    return Notification(
        key=key or key_of(story, recipient),
        channel=recipient.channel,
        address=recipient.address,
        role=recipient.role,
        lang=language.code,
        subject=letter.subject,
        text=as_text(letter, language),
        html=as_html(letter, language),
        thread=story.identity,
        step=story.firing.step,
        created_at=story.now,
        due_at=story.evaluation.due_at,
        stood_at=story.firing.at,
        fields=_fields(story, language),
    )


def key_of(story: Story, recipient: Recipient) -> str:
    """Of one message: obligation, step, episode and who gets it where."""
    return identity(
        story.identity,
        story.firing.step,
        str(story.firing.episode),
        recipient.role,
        recipient.channel,
        recipient.address,
    )


def _fields(story: Story, language: Language) -> dict[str, str]:
    evaluation, firing, case = story.evaluation, story.firing, story.timeline.key
    fields = {
        "case": story.ref,
        "kind": str(case.kind),
        "provider": case.provider,
        "organization": story.timeline.organization or "",
        "commitment": story.commitment.id,
        "contract_version": story.contract.version,
        "verdict": str(evaluation.verdict),
        "reason": str(evaluation.reason),
        "tone": str(firing.tone),
        "episode": str(firing.episode),
        "urgent": "yes" if firing.urgent else "no",
        "confirmed": "no" if firing.unconfirmed else "yes",
        # For a digest, which has nothing else to go by.
        "source": story.timeline.source,
        "provider_name": story.provider_name,
        "label": story.label(language),
        "organization_name": clean(story.organization or ""),
        "zone": story.run.clock.calendar.zone,
    }
    if evaluation.due_at is not None:
        fields["due_at"] = evaluation.due_at.isoformat()
    return fields
