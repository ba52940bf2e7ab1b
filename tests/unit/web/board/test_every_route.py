"""Every route of the board tried with everybody: what is not in the table is seen by nobody."""

from typing import Any

import pytest
from werkzeug.routing import Rule

from tests.support.board import BoardScene, Visitor

ANYBODY, READER, WHOLE_READER, OPERATOR, ADMINISTRATOR = range(5)
NEEDED = {
    "board.static": ANYBODY,
    "board.sign_in": ANYBODY,
    "board.try_to_sign_in": ANYBODY,
    "board.welcome": ANYBODY,
    "board.accept": ANYBODY,
    "board.leave": ANYBODY,
    "board.come_back": ANYBODY,
    "board.sign_out": READER,
    "board.home": READER,
    "board.today": READER,
    "board.find": READER,
    "board.case": READER,
    "board.calendar": READER,
    "board.compliance": READER,
    "board.sources": WHOLE_READER,
    "board.escalations": WHOLE_READER,
    "board.journal": OPERATOR,
    "board.acknowledge": OPERATOR,
    "board.end_acknowledgement": OPERATOR,
    "board.hold": OPERATOR,
    "board.release": OPERATOR,
    "board.silence": OPERATOR,
    "board.end_silence": OPERATOR,
    "board.retry": OPERATOR,
    "board.access": ADMINISTRATOR,
    "board.add_account": ADMINISTRATOR,
    "board.change_account": ADMINISTRATOR,
    "board.disable_account": ADMINISTRATOR,
    "board.enable_account": ADMINISTRATOR,
    "board.end_sessions": ADMINISTRATOR,
    "board.reset_account": ADMINISTRATOR,
    "board.add_token": ADMINISTRATOR,
    "board.revoke_token": ADMINISTRATOR,
    "board.discard": OPERATOR,
    "board.note": OPERATOR,
    "board.simulation": WHOLE_READER,
    "board.reports": READER,
    "board.report_file": READER,
    "board.draft_file": WHOLE_READER,
    "board.approve": OPERATOR,
    "board.retry_record": OPERATOR,
    "board.discard_record": OPERATOR,
    "board.correct": OPERATOR,
}
MAY = {
    "nobody": {ANYBODY},
    "lise": {ANYBODY, READER},
    "lecteur": {ANYBODY, READER, WHOLE_READER},
    "olivier": {ANYBODY, READER, WHOLE_READER, OPERATOR},
    "ariane": {ANYBODY, READER, WHOLE_READER, OPERATOR, ADMINISTRATOR},
}
VALUES = {
    "provider": "telus",
    "kind": "ticket",
    "ref": "TT-1",
    "number": "1",
    "token": "none",
    "version": "0",
    "name": "board.css",
    "period": "2026-10",
    "form": "pdf",
}


def board_rules(scene: BoardScene) -> list[Rule]:
    return [rule for rule in scene.app.url_map.iter_rules() if rule.endpoint.startswith("board")]


def test_the_table_knows_every_route(scene: BoardScene) -> None:
    assert {rule.endpoint for rule in board_rules(scene)} == set(NEEDED)


@pytest.mark.parametrize("name", MAY)
def test_everybody_gets_as_far_as_they_may(scene: BoardScene, name: str) -> None:
    scene.stated("TT-1")
    for rule in board_rules(scene):
        assert rule.methods is not None
        for method in rule.methods & {"GET", "POST"}:
            visitor = scene.client(None if name == "nobody" else name)
            outcome = tried(scene, visitor, rule, method)
            let_in = NEEDED[rule.endpoint] in MAY[name]
            expected = "in" if let_in else "sign in" if name == "nobody" else "refused"
            assert outcome == expected, (name, method, rule.rule)


def tried(scene: BoardScene, visitor: Visitor, rule: Rule, method: str) -> str:
    with scene.app.test_request_context():
        values: dict[str, Any] = {each: VALUES[each] for each in rule.arguments}
        path = scene.app.url_for(rule.endpoint, **values)
    answer = visitor.get(path) if method == "GET" else visitor.post(path)
    if answer.status_code == 403 and rule.endpoint != "board.try_to_sign_in":
        return "refused"
    if answer.status_code == 303 and answer.location.startswith("/sign-in?"):
        return "sign in"
    assert answer.status_code != 400, "the form's token"
    return "in"


def test_a_route_that_says_nothing_is_seen_by_nobody(scene: BoardScene) -> None:
    scene.app.view_functions["board.today"] = lambda: "all of it"
    assert scene.client("ariane").get("/today").status_code == 404


def test_those_who_may_look_without_signing_in_may_do_no_more(sqlite, tmp_path) -> None:
    scene = BoardScene(sqlite, tmp_path, web="{anonymous: read}")
    scene.stated("TT-1")
    visitor = scene.client()
    assert visitor.get("/today").status_code == 200
    assert visitor.get("/cases/telus/ticket/TT-1").status_code == 200
    led = visitor.post("/cases/telus/ticket/TT-1/hold", why="x")
    assert led.status_code == 303
    assert led.location.startswith("/sign-in")
    scene.close()
