"""The words every part of a contract is written in."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]


class ContractPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class CaseKind(StrEnum):
    TICKET = "ticket"
    ORDER = "order"
    DELIVERABLE = "deliverable"


class Status(StrEnum):
    """What a provider can state about a case, in our words; a mapping leads its words here."""

    RECEIVED = "received"
    AWAITED = "awaited"
    """Owed by now and not there yet: how a deliverable begins."""
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING_CLIENT = "waiting_client"
    WAITING_THIRD_PARTY = "waiting_third_party"
    HELD = "held"
    ANSWERED = "answered"
    DELIVERED = "delivered"
    ACTIVATED = "activated"
    RESOLVED = "resolved"
    RESTORED = "restored"
    COMPLETED = "completed"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class StartRule(StrEnum):
    """When a clock starts, once a case is received."""

    FROM_RECEIPT = "from_receipt"
    """At receipt, or at the next opening when received outside hours."""
    NEXT_BUSINESS_DAY = "next_business_day"
    """At 00:00 of the first business day after the day of receipt (the text's third note)."""


class ReopenRule(StrEnum):
    RESUME = "resume"
    """The same clock goes on from where it stopped."""
    RESTART = "restart"
    """A new clock starts when the case is reopened."""


class Consequence(StrEnum):
    """What follows where a condition of the text applies to a case."""

    PROOF_REQUIRED = "proof_required"
    """The case must carry a proof, such as a derogation; without it, it is not compliant."""
    SET_APART = "set_apart"
    """The levels are shown apart for the case, which is tagged; it is never dropped."""
    CLIENT_DUTY = "client_duty"
    """A duty of the client that no statement of a provider can show; told, not judged."""


class Text(ContractPart):
    """A label in both languages."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Source(ContractPart):
    """Where a promise is written."""

    document: str = Field(min_length=1)
    clause: str = Field(min_length=1)
    quote: str | None = None
    """The words themselves, in the language they were written in."""
