import signal

import pytest

from monitor import shutdown
from monitor.shutdown import Signals


def test_an_end_told_twice_at_once_is_told_once():
    with Signals((signal.SIGINT, signal.SIGTERM)) as signals:
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
            signal.raise_signal(number)
        assert signals.wait(0) is signal.SIGTERM
        assert signals.wait(0) is None


def test_whoever_insists_is_obeyed(monkeypatch):
    monkeypatch.setattr(shutdown, "_INSISTING_SECONDS", -1.0)
    with Signals((signal.SIGINT,)) as signals:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert signals.wait(0) is signal.SIGINT


def test_what_ends_nothing_comes_as_often_as_it_is_sent():
    with Signals((signal.SIGHUP, signal.SIGTERM)) as signals:
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
            signal.raise_signal(number)
        assert [signals.wait(0) for _ in range(5)] == [
            signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP, None,
        ]  # fmt: skip


def test_afterwards_signals_do_what_they_did():
    before = signal.getsignal(signal.SIGINT)
    with Signals((signal.SIGINT,)):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
