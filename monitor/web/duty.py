"""What the pages by which operators act ask of the daemon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Protocol

from monitor.alerts.interventions import Act, Silencing
from monitor.cases.observation import CaseKey
from monitor.errors import InputError
from monitor.locale import LanguageCode


class NoSuchCaseError(InputError):
    """No case has the reference given."""


class LinkState(StrEnum):
    """Whether a link still does what it is for."""

    GOOD = "good"
    WRONG = "wrong"
    """Not one of ours, or changed on the way."""
    EXPIRED = "expired"
    USED = "used"
    CLOSED = "closed"
    """The obligation is no longer open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedObligation:
    """What a link is about."""

    state: LinkState
    lang: LanguageCode = "fr"
    case: str = ""
    provider: str = ""
    commitment: str = ""
    """As people call it, in the language of the link."""
    due_at: datetime | None = None
    zone: tzinfo | None = None
    """The contract's."""
    key: CaseKey | None = None


class Duty(Protocol):
    """Acts of operators, each durable when it returns, and heeded by the next tick.

    Raises:
        InputError: what is asked cannot be done; nothing was.
    """

    @property
    def api_token(self) -> str | None:
        """What a program has to know to act; None: none may."""

    def now(self) -> datetime: ...

    def acknowledge(self, case: str, commitment: str | None, act: Act, until: datetime) -> None: ...

    def end_acknowledgement(self, case: str, commitment: str | None, act: Act) -> None: ...

    def hold(self, case: str, act: Act) -> None: ...

    def release(self, case: str, act: Act) -> None: ...

    def note(self, case: CaseKey, act: Act) -> None:
        """Write down of a case what the act says."""

    def silence(
        self,
        matchers: Mapping[str, Sequence[str]],
        act: Act,
        *,
        starts_at: datetime | None,
        ends_at: datetime,
    ) -> int:
        """The number of the silence; it begins now where no start is given."""

    def end_silence(self, number: int, act: Act) -> None: ...

    def silencings(self) -> Sequence[Silencing]:
        """Those that last or are to come."""

    def linked(self, token: str) -> LinkedObligation:
        """What a link leads to. Changes nothing."""

    def follow(self, token: str, by: str, why: str, until: datetime) -> LinkedObligation:
        """Acknowledge by a link, if it is good: once; the state it was found in."""
