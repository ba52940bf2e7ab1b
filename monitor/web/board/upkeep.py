"""Sources, Escalades, Journal: what keeps the figures from being relied on, and who did what."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for

from monitor.access import Role
from monitor.locale import N_
from monitor.web.board.guard import needs
from monitor.web.board.reading import Board

_RECORDS = 100
_LETTERS = 50
_ENTRIES = 100
SILENCES = {
    "4 h": N_("for 4 hours"),
    "12 h": N_("for 12 hours"),
    "1 d": N_("for a day"),
    "3 d": N_("for three days"),
    "7 d": N_("for a week"),
}
_STATES = ("queued", "dead", "sent", "discarded")


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/sources")
    @needs(Role.READER, whole=True)
    def sources() -> str:
        return render_template(
            "board/sources.html.j2",
            sources=board.sources(),
            quarantined=board.quarantined(_RECORDS),
            unknown=board.unknown_statuses(),
            most=_RECORDS,
        )

    @pages.get("/escalations")
    @needs(Role.READER, whole=True)
    def escalations() -> str:
        state = request.args.get("state", "queued")
        shown = state if state in _STATES else "queued"
        return render_template(
            "board/escalations.html.j2",
            state=shown,
            states=_STATES,
            letters=board.letters(shown, _LETTERS),
            most=_LETTERS,
            outbox=board.outbox(),
            silencings=board.silencings(),
            spans=SILENCES,
            providers=board.version.providers,
            commitments=board.version.commitments,
        )

    @pages.get("/journal")
    @needs(Role.OPERATOR, whole=True)
    def journal() -> str:
        before = request.args.get("before", type=int)
        entries = board.journal(_ENTRIES + 1, before)
        shown, more = entries[:_ENTRIES], len(entries) > _ENTRIES
        return render_template(
            "board/journal.html.j2",
            entries=shown,
            before=before,
            older=url_for("board.journal", before=shown[-1].number) if more else None,
            written=_written,
        )


def _written(details: dict[str, object]) -> Sequence[tuple[str, str]]:
    """What an entry holds, as pairs; what says nothing is left out."""
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in details.items()
        if value not in (None, "")
    ]
