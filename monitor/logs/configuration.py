"""structlog and the standard library's logging, through one pipe to one stream."""

import logging
import os
import sys
import threading
from typing import Literal, TextIO

import structlog

from monitor.logs.scrub import scrub_event

LogFormat = Literal["auto", "console", "json"]

_QUIET = {
    # At INFO these report each job, connection, look at the tables and message that went well.
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "mail.log": logging.WARNING,
    "urllib3": logging.WARNING,
    "werkzeug": logging.WARNING,
}

_FIRST = ("timestamp", "level", "logger", "event")


def configure_logging(
    *, stream: TextIO | None = None, level: str = "INFO", output: LogFormat = "auto"
) -> None:
    """Send every log of the process, ours and libraries', to `stream` (standard error).

    `auto` writes for a reader when the stream is a terminal and one JSON object a line otherwise.
    Both are scrubbed. Warnings and uncaught exceptions of threads are logged too. Calling it again
    replaces what it set up before.
    """
    stream = stream or sys.stderr
    for_reader = stream.isatty() if output == "auto" else output == "console"
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                # Text first, so that what a traceback quotes is scrubbed like the rest.
                structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                scrub_event,
                _in_reading_order,
                _renderer(for_reader=for_reader, colors=stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if not _is_ours(other)] + [handler]
    root.setLevel(level.upper())
    for name, quiet_level in _QUIET.items():
        logging.getLogger(name).setLevel(quiet_level)
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_uncaught


def _is_ours(handler: logging.Handler) -> bool:
    return isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)


def _renderer(*, for_reader: bool, colors: bool) -> structlog.typing.Processor:
    if not for_reader:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=colors and "NO_COLOR" not in os.environ,
        # The pretty one prints local variables, secrets among them.
        exception_formatter=structlog.dev.plain_traceback,
    )


def _in_reading_order(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    first = {key: event[key] for key in _FIRST if key in event}
    return {**first, **event}


def _log_uncaught(uncaught: threading.ExceptHookArgs) -> None:
    if uncaught.exc_type is SystemExit or uncaught.exc_value is None:
        return
    structlog.get_logger("monitor").critical(
        "thread_died",
        thread=uncaught.thread.name if uncaught.thread else None,
        exc_info=uncaught.exc_value,
    )
