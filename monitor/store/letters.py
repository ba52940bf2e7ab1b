"""Rows of the outbox from messages and back."""

from typing import Any

from monitor.alerts.grouping import group_of
from monitor.alerts.notification import Attachment, Notification
from monitor.alerts.outbox_store import State


def letter_row(
    sent: Notification,
    escalation_id: int,
    *,
    carries: int | None = None,
    group: str | None = None,
) -> dict[str, Any]:
    """A message to be queued, due from when it was decided.

    A digest or notice says how many it `carries`, and the group they are of.
    """
    content: dict[str, Any] = {
        "subject": sent.subject,
        "text": sent.text,
        "html": sent.html,
        "fields": dict(sent.fields),
    }
    if sent.attachments:
        content["attachments"] = [
            {"name": each.name, "media_type": each.media_type, "text": each.text}
            for each in sent.attachments
        ]
    return {
        "key": sent.key,
        "escalation_id": escalation_id,
        "channel": sent.channel,
        "address": sent.address,
        "role": sent.role,
        "lang": sent.lang,
        "step": sent.step,
        "thread": sent.thread,
        "due_at": sent.due_at,
        "stood_at": sent.stood_at,
        "content": content,
        "created_at": sent.created_at,
        "state": State.QUEUED,
        "next_attempt_at": sent.created_at,
        "attempts": 0,
        "group_key": group_of(sent.fields) if carries is None else group,
        "carries": carries,
    }


def as_notification(row: Any) -> Notification:
    return Notification(
        key=row.key,
        channel=row.channel,
        address=row.address,
        role=row.role,
        lang=row.lang,
        subject=row.content["subject"],
        text=row.content["text"],
        html=row.content["html"],
        thread=row.thread,
        step=row.step,
        created_at=row.created_at,
        due_at=row.due_at,
        stood_at=row.stood_at,
        fields=row.content["fields"],
        attachments=tuple(Attachment(**each) for each in row.content.get("attachments", ())),
    )
