"""All that a message is about, as known when it was decided."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache

from monitor.alerts.escalation import Firing, Upcoming
from monitor.alerts.render.standing import Standing
from monitor.cases.evaluate import Run
from monitor.cases.obligation import Evaluation
from monitor.cases.observation import Observation
from monitor.cases.timeline import StatusChange, Timeline
from monitor.clock import zone
from monitor.contract.model import Commitment, ContractVersion
from monitor.locale import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An obligation judged at `now`, the step that fires for it, and what comes next."""

    timeline: Timeline
    run: Run
    commitment: Commitment
    contract: ContractVersion
    evaluation: Evaluation
    firing: Firing
    upcoming: Upcoming | None
    now: datetime
    confirmed_at: datetime | None = None
    """The last instant the source vouches for."""
    organization: str | None = None
    """Its name, where an operator gave one; else the source's word for it is shown."""
    region_provisional: bool = False
    """The place is unknown: taken as local until somebody says."""
    learned: Observation | None = None
    """What a correction rests on; None: no statement, but other rules."""

    acknowledge: str | None = None
    """How its reader may take it in hand: an address, or a command; None: not this reader."""

    @property
    def identity(self) -> str:
        """Of the obligation, over all its episodes and messages."""
        return f"{self.timeline.key}:{self.commitment.id}"

    @property
    def zone(self) -> tzinfo:
        """The zone its deadline is told in: that of the calendar it is counted on."""
        return zone(self.run.clock.calendar.zone)

    @property
    def ref(self) -> str:
        return clean(self.timeline.key.ref)

    @property
    def provider_name(self) -> str:
        """As the contract writes it."""
        provider = self.timeline.key.provider
        return clean(self.contract.names.get(provider, provider))

    def label(self, language: Language) -> str:
        """The commitment's."""
        return clean(language.label(self.commitment.label), 200)

    @property
    def last_change(self) -> StatusChange | None:
        return self.timeline.changes[-1] if self.timeline.changes else None

    @property
    def is_open(self) -> bool:
        return self.evaluation.is_open

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        found = self.evaluation
        return Standing(
            at=self.now,
            verdict=found.verdict,
            reason=found.reason,
            due_at=found.due_at,
            stopped_at=found.stopped_at,
        )

    @property
    def overdue(self) -> bool:
        """The deadline had passed when this was decided, or when the case was closed."""
        due_at = self.evaluation.due_at
        return due_at is not None and (self.evaluation.stopped_at or self.now) > due_at


@lru_cache(maxsize=4096)
def clean(text: str, longest: int = 80) -> str:
    """A source's words on one short line.

    Control and formatting characters go: they could forge a header, colour a terminal or turn the
    order of reading round.
    """
    if not text.isprintable():
        visible = (" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
        text = "".join(visible)
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
