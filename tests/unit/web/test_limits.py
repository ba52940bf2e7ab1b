from monitor.web.limits import Limiter


def test_so_many_at_once_then_as_many_a_minute():
    now = 0.0
    limiter = Limiter(burst=3, a_minute=6, now=lambda: now)
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 0]
    assert limiter.take("a") == 10
    # Trying in vain costs nothing more.
    assert limiter.take("a") == 10
    assert limiter.take("b") == 0
    now = 10.0
    assert limiter.take("a") == 0
    assert limiter.take("a") > 0
    now = 1000.0
    assert [bool(limiter.take("a")) for _ in range(4)] == [False, False, False, True]


def test_addresses_that_tried_long_ago_are_forgotten():
    limiter = Limiter(burst=1, remembered=2, now=lambda: 0.0)
    assert limiter.take("a") == 0
    assert limiter.take("b") == 0
    assert limiter.take("c") == 0
    assert limiter.take("a") == 0
    assert limiter.take("a") > 0
