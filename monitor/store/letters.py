"""Rows of the outbox from messages and back."""

from dataclasses import asdict
from typing import Any, NamedTuple

from monitor.alerts.grouping import group_of
from monitor.alerts.notification import Attachment, Enclosure, Notification
from monitor.alerts.outbox_store import State


class Origin(NamedTuple):
    """What a message came of: an escalation or an issued report, one of the two."""

    escalation_id: int | None = None
    report_number: int | None = None

    @classmethod
    def of(cls, row: Any) -> "Origin":
        """That of a row of the outbox: of what stands for it, or goes instead of it, too."""
        return cls(row.escalation_id, row.report_number)


def letter_row(
    sent: Notification,
    origin: Origin,
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
            # Those of a digest, which are text.
            {"name": each.name, "media_type": each.media_type, "text": each.content.decode()}
            for each in sent.attachments
        ]
    if sent.enclosures:
        content["enclosures"] = [asdict(each) for each in sent.enclosures]
    return {
        "key": sent.key,
        **origin._asdict(),
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
        attachments=tuple(_attachment(**each) for each in row.content.get("attachments", ())),
        enclosures=tuple(Enclosure(**each) for each in row.content.get("enclosures", ())),
    )


def _attachment(name: str, media_type: str, text: str) -> Attachment:
    return Attachment(name=name, media_type=media_type, content=text.encode())
