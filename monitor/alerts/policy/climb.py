"""How far up its ladder an open obligation is: what fires now, what is kept quiet, what waits."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.escalation import (
    LAPSED,
    RESUMED,
    Firing,
    FiringReason,
    Recipient,
    Tone,
    Upcoming,
)
from monitor.alerts.interventions import Mute, MuteKind, in_force
from monitor.alerts.policy.addressing import chosen_roles
from monitor.alerts.policy.ladder import Rung
from monitor.alerts.policy.model import Step
from monitor.clock import BusinessClock

REASONS = {
    MuteKind.ACKNOWLEDGED: FiringReason.ACKNOWLEDGED,
    MuteKind.SILENCED: FiringReason.SILENCED,
    MuteKind.HELD: FiringReason.HELD,
}
"""Why a step kept quiet is recorded as such."""

_HUSHED = frozenset({FiringReason.SILENCED, FiringReason.HELD})
"""What is told of once it may be; of an acknowledgement, its lapse tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A step that fired in this episode, as the store remembers it."""

    step: str
    reason: FiringReason
    fired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """All that a climb goes by."""

    rungs: Sequence[Rung]
    """By their instants."""
    passed: Sequence[Passed]
    """In the order they fired."""
    people: Sequence[Recipient]
    """Those who may hear of it."""
    mutes: Sequence[Mute]
    quiet: Mapping[str, BusinessClock]
    """The clocks of the calendars that people keep quiet outside of."""
    since: datetime | None
    """Where the case was reopened, that instant: what was acknowledged before is over."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may be told, to somebody, from an instant on."""

    id: str
    step: Step
    stands_at: datetime
    """Its place in the ladder."""
    at: datetime
    """When it can be told: later, in quiet hours."""
    roles: tuple[str, ...]
    lanes: frozenset[str] | None = None
    reason: FiringReason = FiringReason.REACHED
    because: Mute | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """What comes of it."""

    recorded: tuple[Firing, ...]
    """Told to nobody: overtaken, or kept quiet."""
    told: Firing | None
    upcoming: Upcoming | None
    wake_at: datetime | None


def climb(footing: Footing, make: Callable[[Candidate], Firing]) -> Climb:
    """What fires now.

    Steps found due together are one message: the latest speaks for the others, to the roles of all
    of them. A step below one that fired is never told afterwards, unless it waits for the opening
    hours of somebody who has not heard of a later one.

    A step that comes due while the obligation is acknowledged, silenced or its case on hold is
    recorded as such and told to nobody; so is what came due in such a time and is found only now.
    The end of an acknowledgement is told. The end of a silence or a hold is, where it kept a
    warning or more quiet; a step that is due then speaks for it.
    """
    return _Climber(footing, make).climb()


@dataclass(frozen=True, slots=True)
class _Untold:
    """A step that was kept quiet."""

    step: str
    reason: FiringReason
    roles: tuple[str, ...]


class _Climber:
    def __init__(self, footing: Footing, make: Callable[[Candidate], Firing]) -> None:
        self._footing = footing
        self._make = make
        self._now = footing.now
        self._held = frozenset(person.role for person in footing.people)
        self._passed = {passed.step: passed for passed in footing.passed}
        since = footing.since
        self._mutes = [
            mute
            for mute in footing.mutes
            if mute.kind is not MuteKind.ACKNOWLEDGED or since is None or mute.start >= since
        ]

    def climb(self) -> Climb:
        now = self._now
        overtaken, due, waiting = self._sorted_out()
        muting = in_force(self._mutes, now)
        quiet: list[Firing] = []
        speaking: list[Candidate] = []
        untold = self._untold()
        for candidate in due:
            mute = muting or in_force(self._mutes, candidate.at)
            if mute is None:
                speaking.append(candidate)
            else:
                quiet.append(self._quiet(candidate, mute))
                untold.append(_Untold(candidate.id, REASONS[mute.kind], candidate.roles))
        if muting is None and not speaking and any(each.reason in _HUSHED for each in untold):
            resumed = self._resumed(untold[-1].step)
            if resumed is not None:
                (speaking if resumed.at <= now else waiting).append(resumed)
        told = None
        if speaking:
            overtaken += speaking[:-1]
            told = self._told(speaking, untold)
        return Climb(
            recorded=(*map(self._overtaken, overtaken), *quiet),
            told=told,
            upcoming=_upcoming(waiting),
            wake_at=self._wake_at(waiting, ends_matter=told is None and bool(untold)),
        )

    def _sorted_out(self) -> tuple[list[Candidate], list[Candidate], list[Candidate]]:
        """What is overtaken, what is due, and what waits for its time."""
        candidates = sorted(
            (*self._of_policy(), *self._lapses()), key=lambda candidate: candidate.stands_at
        )
        reached = [rung.at for rung in self._footing.rungs if rung.id in self._passed]
        highest = max(reached, default=None)
        overtaken: list[Candidate] = []
        due: list[Candidate] = []
        waiting: list[Candidate] = []
        for candidate in candidates:
            if candidate.stands_at > self._now:
                waiting.append(candidate)
                continue
            if highest is not None and candidate.stands_at < highest:
                roles = self._not_yet_told(candidate) if candidate.lanes is not None else ()
                if not roles:
                    overtaken.append(candidate)
                    continue
                candidate = replace(candidate, roles=roles)  # noqa: PLW2901 - the same, narrowed
            (due if candidate.at <= self._now else waiting).append(candidate)
        return overtaken, due, waiting

    def _of_policy(self) -> Iterator[Candidate]:
        for rung in self._footing.rungs:
            roles = chosen_roles(rung.step, self._held)
            lanes = self._lanes(rung.step, roles)
            passed = self._passed.get(rung.id)
            if passed is None:
                yield self._first(rung, roles, lanes)
            elif passed.reason.is_told:
                yield from self._belated(rung, roles, lanes, passed.fired_at)

    def _lanes(self, step: Step, roles: Collection[str]) -> frozenset[str]:
        """The calendars that those to be told keep quiet outside of, '' for none."""
        if step.urgent:
            return frozenset()
        held_by = (person for person in self._footing.people if person.role in roles)
        lanes = frozenset(person.quiet_outside or "" for person in held_by)
        return lanes if lanes - {""} else frozenset()

    def _first(self, rung: Rung, roles: tuple[str, ...], lanes: frozenset[str]) -> Candidate:
        """A step that has not fired: to those whose hours are open, or once any are."""
        candidate = Candidate(
            id=rung.id, step=rung.step, stands_at=rung.at, at=rung.at, roles=roles
        )
        if not lanes:
            return candidate
        at = max(rung.at, self._now)
        openings = {lane: self._opening(lane, at) for lane in lanes}
        first = min(openings.values())
        return replace(
            candidate,
            at=min(self._opening(lane, rung.at) for lane in lanes) if first == at else first,
            lanes=frozenset(lane for lane, opening in openings.items() if opening == first),
        )

    def _belated(
        self,
        rung: Rung,
        roles: tuple[str, ...],
        lanes: frozenset[str],
        fired_at: datetime | None,
    ) -> Iterator[Candidate]:
        """A step that fired in the quiet hours of some: it waits for them."""
        for lane in sorted(lanes - {""}):
            id_ = f"{rung.id}@{lane}"
            if (
                fired_at is None
                or id_ in self._passed
                or self._footing.quiet[lane].is_open(fired_at)
            ):
                continue
            yield Candidate(
                id=id_,
                step=rung.step,
                stands_at=rung.at,
                at=self._opening(lane, max(rung.at, self._now)),
                roles=roles,
                lanes=frozenset({lane}),
            )

    def _opening(self, lane: str, at: datetime) -> datetime:
        return at if not lane else self._footing.quiet[lane].next_opening(at)

    def _not_yet_told(self, candidate: Candidate) -> tuple[str, ...]:
        """The roles of a step that heard of no later one."""
        later = {
            role
            for rung in self._footing.rungs
            if rung.at > candidate.stands_at
            and (passed := self._passed.get(rung.id)) is not None
            and passed.reason.is_told
            for role in chosen_roles(rung.step, self._held)
        }
        return tuple(role for role in candidate.roles if role not in later)

    def _lapses(self) -> Iterator[Candidate]:
        """The ends of acknowledgements, but for those that another took over from."""
        stretches = [mute for mute in self._mutes if mute.kind is MuteKind.ACKNOWLEDGED]
        begun = {mute.start for mute in stretches}
        for mute in stretches:
            id_ = f"{LAPSED}#{mute.id}"
            if mute.end is None or mute.end in begun or id_ in self._passed:
                continue
            candidate = self._standing(id_, mute.end, FiringReason.LAPSED)
            if candidate is not None:
                yield replace(candidate, because=mute)

    def _resumed(self, kept_quiet: str) -> Candidate | None:
        """What tells that a silence or a hold has ended; None: it kept nothing of weight quiet."""
        ended = [
            (mute.end, mute)
            for mute in self._mutes
            if mute.kind is not MuteKind.ACKNOWLEDGED
            and mute.end is not None
            and mute.end <= self._now
        ]
        at, because = max(ended, key=lambda pair: pair[0], default=(self._now, None))
        candidate = self._standing(f"{RESUMED}:{kept_quiet}", at, FiringReason.RESUMED)
        if candidate is None or self._make(candidate).tone is Tone.NOTE:
            return None
        return replace(candidate, because=because)

    def _standing(self, id_: str, at: datetime, reason: FiringReason) -> Candidate | None:
        """What tells where an obligation stands, to whom its last step is for; None: none came."""
        passed = [rung for rung in self._footing.rungs if rung.at <= at]
        if not passed:
            return None
        step = passed[-1].step
        roles = chosen_roles(step, self._held)
        # To all at once: when the last of them opens.
        openings = [self._opening(lane, at) for lane in self._lanes(step, roles)]
        return Candidate(
            id=id_,
            step=step,
            stands_at=at,
            at=max(openings, default=at),
            roles=roles,
            reason=reason,
        )

    def _untold(self) -> "list[_Untold]":
        """What was kept quiet since somebody was last told."""
        rungs = {rung.id: rung for rung in self._footing.rungs}
        untold: list[_Untold] = []
        for passed in self._footing.passed:
            if passed.reason.is_told:
                untold.clear()
            elif passed.reason.is_muted:
                rung = rungs.get(passed.step)
                roles = () if rung is None else chosen_roles(rung.step, self._held)
                untold.append(_Untold(passed.step, passed.reason, roles))
        return untold

    def _quiet(self, candidate: Candidate, mute: Mute) -> Firing:
        reason = REASONS[mute.kind]
        return replace(self._make(candidate), reason=reason, roles=(), because=mute)

    def _overtaken(self, candidate: Candidate) -> Firing:
        return replace(self._make(candidate), reason=FiringReason.OVERTAKEN, roles=())

    def _told(self, speaking: Sequence[Candidate], untold: "Iterable[_Untold]") -> Firing:
        """The last of those that may speak, to whom all of them and what was kept quiet are for."""
        last = speaking[-1]
        roles = dict.fromkeys(role for candidate in reversed(speaking) for role in candidate.roles)
        roles |= dict.fromkeys(role for each in untold for role in each.roles)
        lanes = None
        if all(candidate.lanes is not None for candidate in speaking):
            lanes = frozenset(lane for each in speaking for lane in each.lanes or ())
        return replace(
            self._make(last),
            roles=tuple(roles),
            lanes=lanes,
            to_those_told=last.reason is not FiringReason.REACHED,
        )

    def _wake_at(self, waiting: Iterable[Candidate], *, ends_matter: bool) -> datetime | None:
        instants = [max(candidate.at, candidate.stands_at) for candidate in waiting]
        if ends_matter:
            instants += [
                mute.end for mute in self._mutes if mute.end is not None and mute.covers(self._now)
            ]
        return min((at for at in instants if at > self._now), default=None)


def _upcoming(waiting: Iterable[Candidate]) -> Upcoming | None:
    of_policy = [each for each in waiting if each.reason is FiringReason.REACHED]
    following = min(of_policy, key=lambda candidate: candidate.at, default=None)
    if following is None:
        return None
    return Upcoming(step=following.step.id, at=following.at, roles=following.roles)
