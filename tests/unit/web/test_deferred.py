import threading
from wsgiref.util import setup_testing_defaults

import pytest

from monitor.web.deferred import Deferred


def ask(app: Deferred) -> bytes:
    environ: dict[str, object] = {}
    setup_testing_defaults(environ)
    return b"".join(app(environ, lambda *_: lambda _: None))


def test_made_at_the_first_request_and_once_however_many_ask() -> None:
    made: list[int] = []
    go_on = threading.Event()

    def make():
        go_on.wait(10)
        made.append(1)
        return lambda _environ, _start: [b"page"]

    app = Deferred(make)
    answers: list[bytes] = []
    askers = [threading.Thread(target=lambda: answers.append(ask(app))) for _ in range(4)]
    for each in askers:
        each.start()
    go_on.set()
    for each in askers:
        each.join()
    assert answers == [b"page"] * 4
    app.make()
    assert made == [1]


def test_one_that_cannot_be_made_is_made_anew_at_the_next_request() -> None:
    attempts = iter([ValueError("not yet"), None])

    def make():
        if error := next(attempts):
            raise error
        return lambda _environ, _start: [b"page"]

    app = Deferred(make)
    with pytest.raises(ValueError, match="not yet"):
        ask(app)
    assert ask(app) == b"page"
