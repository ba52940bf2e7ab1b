"""What policies, silences and recipients choose an obligation by."""

from dataclasses import dataclass

from monitor.cases.observation import CaseKey
from monitor.contract.model import CaseKind

SUBJECT_OF_KIND = {
    CaseKind.ORDER: "orders",
    CaseKind.TICKET: "technical-support",
    CaseKind.DELIVERABLE: "billing-and-reports",
}
"""What the contract's table of contacts calls the desk that answers for a kind of case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What policies and silences choose an obligation by."""

    provider: str
    commitment: str
    organization: str | None = None
    region: str | None = None
    severity: str | None = None
    key: CaseKey | None = None
