from dataclasses import replace

from monitor.engine.replicas import Peer
from monitor.engine.watch import Pace, Watch

OTHER = Peer(id=1, name="other", sources=frozenset(), beats=0)
PACE = Pace(beat=1.0, patience=5.0)


def looks(watch, *seen):
    """What each look at `(instant, beats)` says of the other replica."""
    return [
        bool(watch.gone([replace(OTHER, beats=beats)], began=at, ended=at)) for at, beats in seen
    ]


def test_one_that_beats_lives_and_one_that_stops_is_gone_after_the_wait():
    beating = [(float(at), at) for at in range(20)]
    assert not any(looks(Watch(PACE), *beating))
    stopping = [(float(at), min(at, 3)) for at in range(10)]
    assert looks(Watch(PACE), *stopping) == [False] * 8 + [True] * 2


def test_one_never_seen_before_is_waited_for():
    assert looks(Watch(PACE), *((100.0 + at, 7) for at in range(6))) == [False] * 5 + [True]


def test_whoever_did_not_look_cannot_tell_who_lived():
    """Frozen, or without its database: the other could not beat there either."""
    watch = Watch(PACE)
    assert not any(looks(watch, (0.0, 1), (1.0, 1)))
    assert not any(looks(watch, (60.0, 1), (61.0, 1), (62.0, 1), (63.0, 1), (64.0, 1)))
    assert looks(watch, (65.0, 1)) == [True]


def test_a_slow_look_counts_for_nobodys_death():
    watch = Watch(PACE)
    watch.gone([OTHER], began=0.0, ended=2.0)
    for began in (3.0, 4.0, 5.0, 6.0):
        assert not watch.gone([OTHER], began=began, ended=began)
    assert watch.gone([OTHER], began=7.0, ended=9.0)
