import io
import json
import logging
import threading
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from monitor.logs import LogFormat, configure_logging


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    """Logging is the process's own: what a test sets up, the next one must not meet."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    threading.excepthook = hook
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_one_json_object_a_line_off_a_terminal() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    structlog.get_logger("monitor.engine").info("tick_done", cases=3, place="Îles-de-la-Madeleine")
    (line,) = lines(stream)
    stamp = datetime.fromisoformat(str(line.pop("timestamp")))
    assert stamp.utcoffset() == timedelta()
    assert line == {
        "level": "info",
        "logger": "monitor.engine",
        "event": "tick_done",
        "cases": 3,
        "place": "Îles-de-la-Madeleine",
    }


def test_words_in_colour_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    configure_logging(stream=stream)
    structlog.get_logger("monitor").warning("source_stale", source="telus")
    assert "\x1b[" in stream.getvalue()
    assert "source_stale" in stream.getvalue()


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    configure_logging(stream=stream)
    structlog.get_logger("monitor").warning("source_stale", source="telus")
    assert "\x1b[" not in stream.getvalue()
    assert "source=telus" in stream.getvalue()


@pytest.mark.parametrize("output", ["json", "console"])
def test_a_traceback_is_text_and_scrubbed(output: LogFormat) -> None:
    stream = io.StringIO()
    configure_logging(stream=stream, output=output)

    def connect(url: str) -> None:
        raise ConnectionError(f"cannot reach {url}")

    try:
        connect("postgresql://vigie:tr0ub4dor@db/vigie")
    except ConnectionError:
        structlog.get_logger("monitor").exception("store_unreachable")
    text = stream.getvalue()
    assert "tr0ub4dor" not in text
    assert "Traceback" in text
    assert "ConnectionError" in text


def test_libraries_go_through_the_same_pipe() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    logging.getLogger("sqlalchemy.pool").warning("lost %s", "postgresql://u:p4ss@db/x")
    logging.getLogger("urllib3.connectionpool").info("chatter")
    logging.getLogger("apscheduler.executors.default").info("job done")
    (line,) = lines(stream)
    assert line["logger"] == "sqlalchemy.pool"
    assert line["level"] == "warning"
    assert line["event"] == "lost postgresql://[redacted]@db/x"


def test_warnings_are_logged() -> None:
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure_logging(stream=stream)
        warnings.warn("token=abc is deprecated", stacklevel=1)
        logging.captureWarnings(capture=False)
    (line,) = lines(stream)
    assert line["logger"] == "py.warnings"
    assert "token=[redacted] is deprecated" in str(line["event"])


def test_the_level_holds_for_ours_and_theirs() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream, level="error")
    structlog.get_logger("monitor").warning("source_stale")
    logging.getLogger("waitress").warning("queue depth")
    structlog.get_logger("monitor").error("outbox_stuck")
    assert [line["event"] for line in lines(stream)] == ["outbox_stuck"]


def test_what_a_loop_binds_is_on_each_of_its_lines() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    with structlog.contextvars.bound_contextvars(source="telus"):
        structlog.get_logger("monitor").info("poll_done")
        logging.getLogger("requests").warning("slow")
    assert [line["source"] for line in lines(stream)] == ["telus", "telus"]


def test_configuring_again_replaces_the_first() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure_logging(stream=first)
    configure_logging(stream=second)
    structlog.get_logger("monitor").info("reloaded")
    assert first.getvalue() == ""
    assert len(lines(second)) == 1


def test_a_thread_that_dies_says_so() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)

    def die() -> None:
        raise RuntimeError("password=hunter2")

    thread = threading.Thread(target=die, name="tick")
    thread.start()
    thread.join()
    (line,) = lines(stream)
    assert (line["level"], line["event"], line["thread"]) == ("critical", "thread_died", "tick")
    assert "hunter2" not in str(line)
    assert "RuntimeError" in str(line["exception"])
