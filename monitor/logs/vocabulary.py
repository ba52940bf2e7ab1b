"""Every event of the daemon's log: its levels, what it means, and what is to be done about it.

`python -m monitor.logs.vocabulary` writes docs/logs.md; a test holds the code to what stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "logs.md"

_INTRODUCTION: Final = """# What the log says

Written from `monitor/logs/vocabulary.py` by `python -m monitor.logs.vocabulary`; CI checks that it
is current, and that the program logs no event that is not here.

One JSON object a line on standard error, text on a terminal. Each has `timestamp` (UTC), `level`,
`logger` and `event`. `case` is `PROVIDER:KIND:REFERENCE`, the same in every event: it follows a
case from `escalated` to `delivered`, and `vigie explain` takes it as it is. `key` is a message's:
the Message-ID, the `dedup_key`, the `Idempotency-Key` that its receiver saw.

**Levels**: `debug` is each round of each loop; `info` what happened in the ordinary course;
`warning` what somebody should look at today; `error` what nobody else will put right.

| event | level | means | to do |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Event:
    levels: tuple[str, ...]
    means: str
    to_do: str = ""


def _event(levels: str, means: str, to_do: str = "") -> Event:
    return Event(tuple(levels.split()), means, to_do)


EVENTS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        # The daemon.
        "started": _event(
            "info", "It watches; `url` is where its pages are, `metrics` where its metrics are."
        ),
        "ending": _event("info", "It was told to end, and finishes what is under way."),
        "ended": _event("info", "Nothing is under way any more."),
        "reloaded": _event("info", "The configuration was read anew and is at work."),
        "reload_refused": _event(
            "error", "The new configuration is wrong; the old one stays.", "Mend it; see `problem`."
        ),
        "nothing_to_watch": _event("warning", "No source is configured.", "Write `sources`."),
        "not_drained": _event(
            "warning", "It ended before all loops did.", "Nothing: what was cut is done again."
        ),
        "not_left": _event(
            "warning",
            "It could not say that it leaves; the others give it up after five seconds.",
            "See to the database.",
        ),
        "web_listening": _event("info", "Its pages are reachable at `url`."),
        "scrapes_listening": _event("info", "Its metrics are on a server of their own, at `url`."),
        "tls_broken_off": _event(
            "debug", "A client of the pages spoke no TLS, or not ours, or went away."
        ),
        "scrape_broken_off": _event("debug", "Somebody at that server spoke no TLS, or went away."),
        "thread_died": _event(
            "critical", "A defect ended a thread.", "Restart it, and report the traceback."
        ),
        # Its loops.
        "ticked": _event("debug", "What was due was judged."),
        "loop_failed": _event(
            "error",
            "A round of a loop failed, and is tried again; told at the 1st, 2nd, 4th, 8th… time.",
            "See the reason: a full disk, a database away, rules not reloaded everywhere.",
        ),
        "loop_recovered": _event("info", "A loop that failed goes on."),
        "purged": _event("info", "What was kept for its term has left."),
        "readiness_unknown": _event(
            "warning", "/readyz could not look at something.", "See the traceback."
        ),
        "stored_figures_unreadable": _event(
            "warning", "/metrics could not read the database.", "See to the database."
        ),
        # Sources.
        "polled": _event("debug info", "A poll ended; `info` where it brought something."),
        "pushed": _event(
            "debug info", "A source pushed, and was answered; `debug` where it was a sign of life."
        ),
        "push_not_stored": _event(
            "error",
            "A push could not be stored; nothing of it was, and its sender was told so.",
            "See to the database.",
        ),
        "poll_fault": _event(
            "error warning",
            "A poll ended early; `error` where the source refuses our credentials.",
            "See `kind` and `fault`; vigie source check NAME.",
        ),
        "poll_failed": _event(
            "error", "A poll could not be stored, and is tried again.", "See to the database."
        ),
        "poll_overdue": _event("warning", "A poll was not begun in time, and is now."),
        "poll_superseded": _event(
            "warning", "Another replica has the source; what this one read is not stored."
        ),
        "circuit_opened": _event(
            "warning", "Five polls in a row failed: one record is asked for first, then all."
        ),
        "records_quarantined": _event(
            "warning", "Records that cannot be read are kept aside.", "vigie quarantine list"
        ),
        "unknown_status": _event(
            "warning", "A status that no mapping leads anywhere.", "Add it to `status_map`; reload."
        ),
        "source_warning": _event(
            "warning", "A source does other than it was asked.", "See `warning`."
        ),
        "source_silent": _event(
            "warning",
            "No complete poll for longer than `stale_after`: its obligations cannot be judged.",
            "See its `poll_fault`; call the provider.",
        ),
        "source_speaks_again": _event("info", "A silent source answers; its verdicts settle."),
        "hinted": _event("debug", "A hub told of a change; the case is read at once."),
        "hub_subscribed": _event("info", "A provider's hub will tell of changes."),
        "hub_fault": _event(
            "warning", "A hub could not be subscribed to.", "Nothing is lost: polls go on."
        ),
        # Who polls what.
        "source_taken": _event("info", "This replica polls the source now."),
        "source_given_up": _event("info", "Another replica shall poll the source."),
        "source_lost": _event("warning", "Another replica took the source."),
        "replica_gone": _event(
            "warning", "A replica has not been heard for five seconds.", "See why it went."
        ),
        "given_up_for_dead": _event(
            "warning",
            "This one was given up by the others, and is among them again.",
            "Was it frozen?",
        ),
        # Obligations and messages.
        "deliverable_due": _event("info", "A report is owed from now on."),
        "escalated": _event("info", "A step fired, and `told` so many."),
        "case_not_judged": _event(
            "error warning",
            "A case could not be judged, and is tried again; `error` where that is a defect.",
            "See `kind` and `fault`.",
        ),
        "delivered": _event("info", "A receiver accepted a message."),
        "not_delivered": _event(
            "error warning",
            "It did not; tried again, or (`error`) given up: a dead letter.",
            "vigie outbox list --dead",
        ),
        "channel_broke": _event(
            "error", "A channel raised what it should not.", "Report the traceback."
        ),
        "not_refreshed": _event(
            "warning", "A standing alert could not be told again.", "See `detail`."
        ),
        "operator_acted": _event(
            "info",
            "Somebody acknowledged, silenced, held or took back, by `via`; each daemon says so.",
            "For why: vigie audit list",
        ),
        # People, and what is made for them.
        "sign_in_refused": _event(
            "warning", "A name and password that do not go together.", "Many of them: see who asks."
        ),
        "sign_on_refused": _event(
            "warning",
            "Somebody came back from the provider of identities, and was not let in.",
            "For why, and who: vigie audit list.",
        ),
        "sign_on_failed": _event(
            "warning",
            "The provider of identities does not answer, or not as it must.",
            "Look at web.oidc, at the provider, and at the clocks of both.",
        ),
        "report_made": _event("info", "A scheduled report was written, as a draft or issued."),
        "report_untold": _event(
            "warning",
            "A report was issued that is to be sent, and concerns nobody under `recipients`.",
            "Name who holds one of its roles for this provider and organisation.",
        ),
        # The watch on the watch.
        "vigie_unwell": _event(
            "error",
            "A loop or a source's polls stand still, or messages wait too long.",
            "See `kind`.",
        ),
        "vigie_well_again": _event("info", "That is over."),
        "sign_not_given": _event(
            "warning", "The heartbeat, or the alarm, could not be given.", "See `fault`."
        ),
    }
)


def document() -> str:
    """docs/logs.md."""
    rows = (
        f"| `{name}` | {', '.join(event.levels)} | {event.means} | {event.to_do} |\n"
        for name, event in sorted(EVENTS.items())
    )
    return _INTRODUCTION + "".join(rows)


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
