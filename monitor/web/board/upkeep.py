"""Escalades, Journal: who is told of what, or was not; and who did what."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for

from monitor.access import Role
from monitor.cases.records import Position
from monitor.locale import N_
from monitor.web.board.asking import place_of, position_in
from monitor.web.board.guard import needs
from monitor.web.board.reading import Board

_LETTERS = 50
_ENTRIES = 100
SILENCES = {
    "4 h": N_("for 4 hours"),
    "12 h": N_("for 12 hours"),
    "1 d": N_("for a day"),
    "3 d": N_("for three days"),
    "7 d": N_("for a week"),
}
STATES = ("queued", "dead", "sent", "discarded")


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/escalations")
    @needs(Role.READER, whole=True)
    def escalations() -> str:
        state = request.args.get("state", "queued")
        shown = state if state in STATES else "queued"
        after = position_in(request.args.get("after", ""))
        letters = board.letters(shown, _LETTERS + 1, after)
        more = letters[_LETTERS - 1] if len(letters) > _LETTERS else None
        return render_template(
            "board/escalations.html.j2",
            state=shown,
            states=STATES,
            letters=letters[:_LETTERS],
            after=after,
            next_place=more and place_of(Position(at=more.created_at, id=more.number)),
            outbox=board.outbox(),
            silencings=board.silencings(),
            spans=SILENCES,
            providers=board.version.providers,
            commitments=board.version.commitments,
            regions=sorted({each.region for each in board.version.commitments if each.region}),
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
