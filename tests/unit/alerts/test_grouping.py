"""What goes, what travels together and what waits: cases, then a storm against the promises."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.grouping import HELD, Due, GroupingTerms, Plan, Told, arrange, group_of
from tests.support.outbox import START

TERMS = GroupingTerms()
GROUP = "telus\x1fservice-restoration\x1fbreach"
SILENT = "silent\x1ftelus-tickets"
MINUTE = timedelta(minutes=1)


def due(*ids: int, group: str | None = GROUP, lang: str = "fr") -> list[Due]:
    """Decided a second apart, their deadlines in the opposite order."""
    return [
        Due(
            id=id_,
            group=group,
            lang=lang,
            created_at=START + timedelta(seconds=id_),
            due_at=START - timedelta(seconds=id_),
        )
        for id_ in ids
    ]


def told(*minutes_ago: float, group: str | None = GROUP, step: str = "breach") -> list[Told]:
    return [Told(group=group, at=START - m * MINUTE, step=step) for m in minutes_ago]


def plan(
    waiting: list[Due],
    *,
    told: list[Told] | None = None,
    digested: dict[tuple[str, str], datetime] | None = None,
    terms: GroupingTerms = TERMS,
    now: datetime = START,
) -> Plan:
    return arrange(waiting, told=told or [], digested_at=digested or {}, terms=terms, now=now)


def test_a_few_go_by_themselves_at_once() -> None:
    assert plan(due(1, 2, 3)).go == (1, 2, 3)
    assert plan(due(1, 2, 3)).bundles == ()


def test_more_travel_together_the_worst_first() -> None:
    (bundle,) = plan(due(1, 2, 3, 4)).bundles
    assert bundle.members == (4, 3, 2, 1)
    assert bundle.since == START + timedelta(seconds=1)


def test_those_that_went_alone_within_the_interval_count() -> None:
    assert plan(due(1), told=told(1, 2)).go == (1,)
    (bundle,) = plan(due(1), told=told(1, 2, 3)).bundles
    assert bundle.members == (1,)
    assert plan(due(1), told=told(5, 6, 7)).go == (1,), "longer ago"


def test_after_a_digest_the_group_waits_for_its_interval() -> None:
    digested = {(GROUP, "fr"): START - 2 * MINUTE}
    waiting = plan(due(1, 2), digested=digested)
    assert (waiting.go, waiting.bundles) == ((), ())
    assert waiting.postponed == dict.fromkeys((1, 2), START + 3 * MINUTE)
    assert plan(due(1), digested={(GROUP, "fr"): START - 5 * MINUTE}).go == (1,)


def test_groups_and_languages_do_not_mix() -> None:
    both = plan([*due(1, 2), *due(3, 4, lang="en"), *due(5, group="other")])
    assert both.go == (1, 2, 3, 4, 5)


def test_two_guesses_about_a_silent_source_are_one_message() -> None:
    assert plan(due(1, group=SILENT)).go == (1,)
    (bundle,) = plan(due(1, 2, group=SILENT)).bundles
    assert bundle.members == (2, 1)


def test_what_may_have_arrived_goes_by_itself() -> None:
    assert plan(due(1, 2, 3, 4, 5, group=None)).go == (1, 2, 3, 4, 5)


def test_above_the_ceiling_the_newest_wait_and_one_notice_tells() -> None:
    terms = GroupingTerms(per_hour=5)
    crowd = [each for n in range(6) for each in due(n, group=f"g{n}")]
    first = plan(crowd, terms=terms)
    assert (first.go, first.held, first.postponed) == ((0, 1, 2, 3), 0, {})
    # They were accepted, so that the rest has something to wait for.
    then = plan(crowd[4:], told=told(1, 1, 1, 1, group="x"), terms=terms)
    assert (then.go, then.held) == ((), 2)
    assert then.postponed == dict.fromkeys((4, 5), START + 59 * MINUTE)
    # The notice takes no message's place.
    after = [*told(50, 1, 1, group="x"), *told(1, group=None, step=HELD)]
    assert plan(crowd[4:], told=after, terms=terms).go == (4,)


def test_a_digest_over_the_ceiling_is_not_made_yet() -> None:
    held = plan(due(1, 2, 3, 4), told=told(*range(1, 20), group="x"))
    assert (held.bundles, held.go, held.held) == ((), (), 4)


def test_grouping_and_ceiling_can_be_put_off() -> None:
    free = GroupingTerms(more_than=None, per_hour=None)
    assert len(plan(due(*range(100)), terms=free).go) == 100


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        (
            {"case": "A", "provider": "telus", "commitment": "c", "tone": "breach"},
            "telus\x1fc\x1fbreach",
        ),
        ({"case": "A", "provider": "telus", "source": "s", "confirmed": "no"}, "silent\x1fs"),
        ({"case": "", "provider": "telus"}, None),
    ],
)
def test_what_a_message_is_grouped_by(fields: dict[str, str], group: str | None) -> None:
    assert group_of(fields) == group


@given(
    arrivals=st.lists(
        st.tuples(st.integers(0, 120), st.sampled_from("abc")), min_size=1, max_size=120
    ),
    per_hour=st.integers(2, 12),
    more_than=st.integers(1, 4),
)
def test_whatever_comes_all_is_told_once_within_the_ceiling(
    arrivals: list[tuple[int, str]], per_hour: int, more_than: int
) -> None:
    """A receiver simulated: no hour has more messages than its ceiling, no case is lost."""
    terms = GroupingTerms(more_than=more_than, per_hour=per_hour)
    coming = {
        id_: Due(id=id_, group=group, lang="fr", created_at=START + m * MINUTE, due_at=None)
        for id_, (m, group) in enumerate(sorted(arrivals))
    }
    due_at = {id_: each.created_at for id_, each in coming.items()}
    history: list[Told] = []
    digested: dict[tuple[str, str], datetime] = {}
    reached: Counter[int] = Counter()
    while due_at:
        now = min(due_at.values())
        waiting = [coming[id_] for id_ in sorted(due_at) if due_at[id_] <= now]
        made = arrange(waiting, told=history, digested_at=digested, terms=terms, now=now)
        assert all(instant > now for instant in made.postponed.values())
        due_at |= made.postponed
        history += [Told(group=coming[id_].group, at=now, step="breach") for id_ in made.go]
        for bundle in made.bundles:
            history.append(Told(group=None, at=now, step="digest"))
            digested[bundle.group, "fr"] = now
        if made.held and not any(t.step == HELD and t.at > now - terms.hour for t in history):
            history.append(Told(group=None, at=now, step=HELD))
        for id_ in (*made.go, *(m for bundle in made.bundles for m in bundle.members)):
            reached[id_] += 1
            del due_at[id_]
    assert reached == Counter(dict.fromkeys(coming, 1))
    for each in history:
        within = [t for t in history if each.at <= t.at < each.at + terms.hour]
        assert len(within) <= per_hour
