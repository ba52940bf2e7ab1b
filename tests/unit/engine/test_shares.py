from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.engine.shares import fair_shares

SOURCES = tuple("abcdefgh")


@st.composite
def situations(draw):
    """Replicas with their sources, and who holds what, dead holders included."""
    replicas = draw(st.sets(st.integers(1, 6), max_size=4))
    same = draw(st.booleans())
    willing = {
        replica: set(SOURCES) if same else draw(st.sets(st.sampled_from(SOURCES)))
        for replica in replicas
    }
    held = {source: draw(st.none() | st.integers(1, 6)) for source in SOURCES}
    return willing, held


@given(situations())
def test_every_source_has_one_who_can_poll_it_and_shares_are_even(situation):
    willing, held = situation
    shares = fair_shares(willing, held)
    for source in SOURCES:
        able = {replica for replica, sources in willing.items() if source in sources}
        assert (shares[source] in able) if able else source not in shares
    counts = Counter(shares.values())
    for source, holder in shares.items():
        for other, sources in willing.items():
            assert source not in sources or counts[holder] - counts[other] <= 1


@given(situations())
def test_what_is_even_stays_where_it_is(situation):
    willing, held = situation
    shares = fair_shares(willing, held)
    assert fair_shares(willing, {source: shares.get(source) for source in SOURCES}) == shares


@given(situations())
def test_everybody_comes_to_the_same_whatever_order_they_read_in(situation):
    willing, held = situation
    turned_willing = dict(reversed(willing.items()))
    turned_held = dict(reversed(held.items()))
    assert fair_shares(turned_willing, turned_held) == fair_shares(willing, held)


def test_a_newcomer_is_given_its_share_and_no_more_than_that_moves():
    willing = {1: set(SOURCES), 2: set(SOURCES)}
    shares = fair_shares(willing, dict.fromkeys(SOURCES, 1))
    assert Counter(shares.values()) == {1: 4, 2: 4}
    assert fair_shares({1: set(SOURCES)}, shares) == dict.fromkeys(SOURCES, 1)
    three = fair_shares({**willing, 3: set(SOURCES)}, shares)
    assert sum(three[source] != shares[source] for source in SOURCES) == 2
