"""Whether Vigie is at work, and what keeps it from being so. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.engine.loop import Pulse


class AilmentKind(StrEnum):
    STALLED = "stalled"
    """A loop, or a source's polls, has not come round for longer than it ever should."""
    FAILING = "failing"
    """A loop's step has failed again and again."""
    TICK = "tick"
    """Nothing was judged for too long."""
    OUTBOX = "outbox"
    """A message waits for too long, though it is due or was tried."""
    DATABASE = "database"
    """It cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    kind: AilmentKind
    where: str = ""
    """The loop."""
    lasting: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What is seen of the process and its outbox at `now`."""

    now: datetime
    pulses: Sequence[Pulse]
    ticked_at: datetime | None
    """None: not yet."""
    stuck_since: datetime | None
    """When the oldest message was decided that is overdue or failing; None: none is."""
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    outbox: timedelta = timedelta(minutes=15)
    tick: timedelta = timedelta(minutes=5)
    failures: int = 5
    """Steps in a row."""


def ailments(vitals: Vitals, limits: Limits) -> tuple[Ailment, ...]:
    """All that is wrong; nothing where all goes round. A limit itself is still well."""
    found = [Ailment(kind=AilmentKind.STALLED, where=p.name) for p in vitals.pulses if p.stalled]
    found += [
        Ailment(kind=AilmentKind.FAILING, where=p.name)
        for p in vitals.pulses
        if p.failures >= limits.failures and not p.stalled
    ]
    ages = (
        (AilmentKind.TICK, vitals.ticked_at, limits.tick),
        (AilmentKind.OUTBOX, vitals.stuck_since, limits.outbox),
    )
    found += [
        Ailment(kind=kind, lasting=vitals.now - since)
        for kind, since, limit in ages
        if since is not None and vitals.now - since > limit
    ]
    if not vitals.readable:
        found.append(Ailment(kind=AilmentKind.DATABASE))
    return tuple(found)


def makes_progress(vitals: Vitals) -> bool:
    """Whether restarting the process could help: a relay that is down is no reason to."""
    return not any(pulse.stalled for pulse in vitals.pulses)
