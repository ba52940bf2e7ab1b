"""`/api/v1` read by programs, each answer held against the document it publishes."""

import json
import re
from datetime import timedelta
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with kubernetes-validate; no types
import pytest
import requests
from icalendar import Calendar
from werkzeug.test import TestResponse

from monitor.access import Scope, digest_of
from monitor.web.server import WebServer
from tests.support.board import ACT, BoardScene, Visitor
from tests.support.cases import utc

READ, OURS, WHOLE, ACTS, KEYS = "read", "ours", "whole", "acts", "keys"
ROUTES = {
    "/obligations": OURS,
    "/cases/{provider}/{kind}/{ref}": OURS,
    "/deadline": OURS,
    "/compliance": OURS,
    "/deadlines.ics": OURS,
    "/sources": WHOLE,
    "/journal": ACTS,
    "/openapi.json": READ,
    "/events": WHOLE,
    "/quarantine": ACTS,
    "/unknown-statuses": WHOLE,
    "/corrections": WHOLE,
    "/letters": ACTS,
    "/simulation": ACTS,
    "/reports": OURS,
    "/drafts": WHOLE,
    "/silences": ACTS,
    "/accounts": KEYS,
    "/tokens": KEYS,
}
"""What is read."""
DEEDS = {
    ("post", "/ack"): ACTS,
    ("post", "/holds"): ACTS,
    ("post", "/silences"): ACTS,
    ("post", "/silences/{number}/end"): ACTS,
    ("post", "/accounts"): KEYS,
    ("patch", "/accounts/{name}"): KEYS,
    ("post", "/accounts/{name}/reset"): KEYS,
    ("delete", "/accounts/{name}/sessions"): KEYS,
    ("post", "/tokens"): KEYS,
    ("delete", "/tokens/{number}"): KEYS,
    **{
        ("post", path): ACTS
        for path in (
            "/quarantine/{number}/retry",
            "/quarantine/{number}/discard",
            "/corrections",
            "/letters/{number}/retry",
            "/letters/{number}/discard",
            "/drafts/{name}/{period}/approve",
            "/cases/{provider}/{kind}/{ref}/notes",
        )
    },
}
"""What is done."""
FILES = {"/reports/{number}/{name}": OURS, "/drafts/{name}/{period}/{form}": WHOLE}
"""What is a file, and there is none of in a world without reports."""
VALUES = {
    "number": 99,
    "name": "nobody",
    "period": "2026-10",
    "form": "pdf",
    "provider": "telus",
    "kind": "ticket",
    "ref": "TT-9",
}
ADDRESSES = {
    "/simulation": "/simulation?case=TT-1",
    "/cases/{provider}/{kind}/{ref}": "/cases/telus/ticket/TT-1",
    "/deadline": "/deadline?commitment=service-restoration&received=2026-11-20T16:00-05:00",
}


@pytest.fixture
def played(scene: BoardScene) -> BoardScene:
    # Who listens for changes would do so until the daemon ends.
    scene.board.end()
    scene.stated("TT-1", "TT-2")
    scene.stated("TT-3", organization="ORG-102")
    return scene


def token(scene: BoardScene, *scopes: Scope, organization: str | None = None) -> str:
    secret = f"secret-{'-'.join(scopes)}-{organization}"
    scene.accounts.add_token(
        "essai",
        digest_of(secret),
        scopes,
        ACT,
        organization=organization,
        at=scene.now,
        ends_at=scene.now + timedelta(days=90),
    )
    return secret


def get(visitor: Visitor, path: str, bearer: str | None = None, **headers: str) -> TestResponse:
    if bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    return visitor.get(f"/api/v1{path}", **headers)


def document(scene: BoardScene) -> Any:
    return get(scene.client(), "/openapi.json").json


def test_the_document_and_the_routes_name_one_another(played: BoardScene) -> None:
    rules = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in played.app.url_map.iter_rules()
        if rule.endpoint.startswith(("read_api.", "api."))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    written = {
        (method, path)
        for path, operations in document(played)["paths"].items()
        for method in operations
    }
    assert rules == written == {("get", path) for path in (*ROUTES, *FILES)} | set(DEEDS)


@pytest.mark.parametrize("path", ROUTES)
def test_an_answer_is_as_the_document_says(played: BoardScene, path: str) -> None:
    spec = document(played)
    answer = get(played.client(), ADDRESSES.get(path, path), bearers(played)[KEYS])
    assert answer.status_code == 200
    (kind, content), *_ = spec["paths"][path]["get"]["responses"]["200"]["content"].items()
    assert answer.mimetype == kind
    if kind == "application/json":
        schema = {**content["schema"], "components": spec["components"]}
        jsonschema.validate(answer.json, schema, format_checker=jsonschema.FormatChecker())


def bearers(scene: BoardScene) -> dict[str, str]:
    """A token that may so much, and no more."""
    return {
        OURS: token(scene, Scope.READ, organization="ORG-101"),
        WHOLE: token(scene, Scope.READ),
        ACTS: token(scene, Scope.READ, Scope.ACT),
        KEYS: token(scene, Scope.ADMINISTER),
    }


def test_every_route_with_every_kind_of_token(played: BoardScene) -> None:
    visitor, order = played.client(), [READ, OURS, WHOLE, ACTS, KEYS]
    for rank, bearer in ((0, None), *((order.index(k), v) for k, v in bearers(played).items())):
        for (method, path), needed in [
            *((("get", p), n) for p, n in ROUTES.items()),
            *DEEDS.items(),
        ]:
            address = ADDRESSES.get(path, path).format(**VALUES)
            answer = ask(visitor, method, address, bearer)
            if order.index(needed) <= rank:
                assert answer.status_code in ({200} if method == "get" else {400, 404, 409}), (
                    path,
                    rank,
                )
                continue
            # Nobody is told whether the acts of operators are closed, or the token is too small.
            assert answer.status_code in (401, 403), (path, rank)
            assert (answer.status_code == 401) == (bearer is None) or needed is ACTS
            assert answer.content_type == "application/problem+json"
            assert answer.json is not None
            assert answer.json["status"] == answer.status_code


def ask(visitor: Visitor, method: str, path: str, bearer: str | None, **body: Any) -> TestResponse:
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    return visitor._client.open(
        f"/api/v1{path}",
        method=method.upper(),
        headers=headers,
        buffered=True,
        json=None if method == "get" else body,
    )


def test_a_token_for_one_organisation_reads_no_others(played: BoardScene) -> None:
    bearer = token(played, Scope.READ, organization="ORG-102")
    visitor = played.client()
    found = get(visitor, "/obligations?organization=ORG-101", bearer).json
    assert found is not None
    assert [each["case"] for each in found["obligations"]] == ["TT-3"]
    assert get(visitor, "/cases/telus/ticket/TT-1", bearer).status_code == 404
    assert b"TT-1" not in get(visitor, "/deadlines.ics", bearer).data


def test_what_is_revoked_or_ended_opens_nothing(played: BoardScene) -> None:
    bearer = token(played, Scope.READ)
    visitor = played.client()
    assert get(visitor, "/obligations", bearer).status_code == 200
    played.accounts.revoke_token(1, ACT, at=played.now)
    refused = get(visitor, "/obligations", bearer)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    other = token(played, Scope.READ, Scope.ACT)
    played.world.clock.move_to(played.now + timedelta(days=90))
    assert get(visitor, "/obligations", other).status_code == 401


def test_guessing_tokens_becomes_slow(played: BoardScene) -> None:
    visitor = played.client()
    answers = [get(visitor, "/obligations", f"wrong-{n}").status_code for n in range(40)]
    assert answers[0] == 401
    assert answers[-1] == 429


def test_pages_follow_one_another_by_key(played: BoardScene) -> None:
    visitor = played.client("lecteur")
    seen: list[str] = []
    address: str | None = "/obligations?limit=2"
    while address is not None:
        answer = get(visitor, address)
        assert answer.json is not None
        seen += [each["case"] for each in answer.json["obligations"]]
        address = answer.json["next"] and answer.json["next"].removeprefix("/api/v1")
        assert (address is None) == ("Link" not in answer.headers)
    assert sorted(seen) == ["TT-1", "TT-2", "TT-3"]


def test_what_has_not_changed_is_not_sent_again(played: BoardScene) -> None:
    visitor = played.client("lecteur")
    played.world.at("2026-11-23 09:00:10")
    first = get(visitor, "/obligations")
    played.world.at("2026-11-23 09:00:30")
    again = get(visitor, "/obligations", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    played.stated("TT-4")
    assert get(visitor, "/obligations", If_None_Match=first.headers["ETag"]).status_code == 200


def test_what_is_wrong_is_said(played: BoardScene) -> None:
    visitor = played.client("lecteur")
    for path, status in (
        ("/deadline", 400),
        ("/deadline?commitment=nothing&received=2026-11-20T16:00", 400),
        ("/cases/telus/ticket/TT-1?as_of=soon", 400),
        ("/cases/telus/nothing/TT-1", 404),
        ("/cases/telus/ticket/TT-9", 404),
    ):
        answer = get(visitor, path)
        assert answer.status_code == status, path
        assert answer.content_type == "application/problem+json"


def test_coming_deadlines_stand_in_a_calendar_program(played: BoardScene) -> None:
    bearer = token(played, Scope.READ)
    visitor = played.client()
    assert get(visitor, "/deadlines.ics").status_code == 401
    assert get(visitor, f"/obligations?token={bearer}").status_code == 401
    first, again = (get(visitor, f"/deadlines.ics?token={bearer}") for _ in range(2))
    assert first.data == again.data
    events = list(Calendar.from_ical(first.text).walk("VEVENT"))
    assert len(events) == 3
    assert {str(each["uid"]) for each in events} == {"1@vigie", "2@vigie", "3@vigie"}
    assert events[0].decoded("dtend") == utc("2026-11-23 15:00")


def test_a_token_to_act_acts(played: BoardScene) -> None:
    body = {"by": "essai", "why": "x", "case": "TT-1", "until": "4 h"}
    client = played.app.test_client()
    for scopes, status in (((Scope.READ,), 403), ((Scope.READ, Scope.ACT), 201)):
        headers = {"Authorization": f"Bearer {token(played, *scopes)}"}
        assert client.post("/api/v1/ack", json=body, headers=headers).status_code == status


def test_changes_are_told_to_those_who_listen_until_the_daemon_ends(scene: BoardScene) -> None:
    scene.stated("TT-1")
    bearer = {"Authorization": f"Bearer {token(scene, Scope.READ)}"}
    with WebServer(scene.app, "127.0.0.1", 0) as server:
        url = f"{server.url}/api/v1/events"
        listening = [requests.get(url, headers=bearer, stream=True, timeout=30) for _ in range(2)]
        lines = [each.iter_lines(chunk_size=1, decode_unicode=True) for each in listening]
        first = next(line for line in lines[0] if line.startswith("data:"))
        assert json.loads(first.removeprefix("data:"))["pending"] == 1
        refused = requests.get(url, headers=bearer, timeout=30)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        scene.stated("TT-2")
        second = next(line for line in lines[0] if line.startswith("data:"))
        assert json.loads(second.removeprefix("data:"))["pending"] == 2
        scene.board.end()
        assert not [line for line in lines[1] if line.startswith("event: wrong")]
        for each in listening:
            each.close()
        assert requests.get(url, headers=bearer, timeout=30).status_code == 200
