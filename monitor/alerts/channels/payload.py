"""A notification as JSON for programs: what a webhook posts and a folder of files holds.

The published JSON Schema is made of these models; `version` changes when a field changes meaning.
"""

from base64 import b64encode
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from monitor.alerts.notification import Attachment, Notification


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Told(_Part):
    """Who is told, as configured under `recipients`."""

    role: str
    address: str
    lang: Literal["fr", "en"]


class Owed(_Part):
    """What it is about. A digest is about several cases: it leaves out what they do not share."""

    thread: Annotated[str, Field(description="The same in every message on one obligation.")]
    case: str | None
    kind: str | None
    provider: str | None
    organization: str | None
    commitment: str | None
    contract_version: str | None
    verdict: str | None
    reason: str | None
    episode: Annotated[int | None, Field(description="How often the case was reopened.")]
    due_at: AwareDatetime | None


class File(_Part):
    """One of text has its text; another, such as a PDF, its bytes in base64."""

    name: str
    media_type: str
    text: str | None = None
    base64: str | None = None


class Payload(_Part):
    version: Literal[1]
    id: Annotated[str, Field(description="The same whenever this message is sent: dedupe by it.")]
    step: Annotated[
        str,
        Field(
            description="Of the policy; `closed` once nothing is owed more, `correction` where what"
            " was told last was wrong; `report` with an issued compliance report."
        ),
    ]
    tone: str | None
    urgent: bool
    confirmed: Annotated[bool, Field(description="False while the source is silent.")]
    created_at: AwareDatetime
    stood_at: Annotated[
        AwareDatetime | None, Field(description="The instant that the step stood for.")
    ]
    recipient: Told
    obligation: Owed
    subject: str
    text: str
    attachments: tuple[File, ...]


def payload_of(notification: Notification) -> Payload:
    """The same for the same notification, whenever it is sent."""
    fields = notification.fields
    episode = fields.get("episode", "")
    return Payload(
        version=1,
        id=notification.key,
        step=notification.step,
        tone=fields.get("tone") or None,
        urgent=fields.get("urgent") == "yes",
        confirmed=fields.get("confirmed") != "no",
        created_at=notification.created_at,
        stood_at=notification.stood_at,
        recipient=Told(
            role=notification.role,
            address=notification.address,
            lang="en" if notification.lang == "en" else "fr",
        ),
        obligation=Owed(
            thread=notification.thread,
            case=fields.get("case") or None,
            kind=fields.get("kind") or None,
            provider=fields.get("provider") or None,
            organization=fields.get("organization") or None,
            commitment=fields.get("commitment") or None,
            contract_version=fields.get("contract_version") or None,
            verdict=fields.get("verdict") or None,
            reason=fields.get("reason") or None,
            episode=int(episode) if episode.isdigit() else None,
            due_at=notification.due_at,
        ),
        subject=notification.subject,
        text=notification.text,
        attachments=tuple(map(_file, notification.attachments)),
    )


def _file(each: Attachment) -> File:
    if each.media_type.startswith("text/"):
        return File(name=each.name, media_type=each.media_type, text=each.content.decode())
    encoded = b64encode(each.content).decode()
    return File(name=each.name, media_type=each.media_type, base64=encoded)


def payload_schema() -> dict[str, Any]:
    """The JSON Schema of what is posted."""
    schema = Payload.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Vigie notification, version 1"
    return schema
