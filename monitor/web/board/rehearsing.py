"""Escalades, played through: who would be told of a case, stored or invented, and when."""

from collections.abc import Sequence

from flask import Blueprint, g, render_template, request
from werkzeug.datastructures import MultiDict

from monitor.access import Role
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import Said
from monitor.shown.simulation import Invented, Simulation
from monitor.web.board.guard import needs
from monitor.web.board.moments import read_instant
from monitor.web.board.reading import Board

_LONGEST = 200
FIELDS = ("case", "commitment", "received", "provider", "place", "organization", "severity")


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/escalations/simulation")
    @needs(Role.READER, whole=True)
    def simulation() -> str:
        played: Sequence[Simulation] = ()
        wrong = None
        if any(request.args.get(name, "").strip() for name in FIELDS):
            try:
                played = simulated(board, request.args)
            except InputError as error:
                wrong = error.told(g.language.gettext)
        return render_template(
            "board/simulation.html.j2",
            asked=request.args,
            played=played,
            wrong=wrong,
            providers=board.version.providers,
            commitments=board.version.commitments,
            takes_place=any(each.region for each in board.version.commitments),
        )


def simulated(board: Board, arguments: "MultiDict[str, str]") -> Sequence[Simulation]:
    """What an address asks to have played through.

    Raises:
        InputError: there is no such case, or what one would be like is not said or cannot be.
    """

    def given(name: str) -> str | None:
        text = arguments.get(name, "").strip()
        return text[:_LONGEST] or None

    name = given("case")
    if name is not None:
        keys = board.keys_named(name)
        if not keys:
            raise InputError(N_("no case has the reference '{case}'"), case=name)
        return [each for key in keys for each in board.rehearsal.stored(key)]
    commitment, provider = given("commitment"), given("provider")
    received_at = read_instant(arguments.get("received", ""), board.zone)
    if commitment is None or provider is None or received_at is None:
        raise InputError(
            Said(N_("give a case, or a commitment, a provider and when it is received"))
        )
    asked = Invented(
        commitment=commitment,
        received_at=received_at,
        provider=provider,
        place=given("place"),
        organization=given("organization"),
        severity=given("severity"),
        closed_at=read_instant(arguments.get("closed", ""), board.zone),
    )
    return [board.rehearsal.invented(asked)]
