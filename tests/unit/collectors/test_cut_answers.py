"""Where an answer's JSON ends too early, it is known for cut, wherever that is."""

import json

import pytest
import requests

from monitor.collectors.http_faults import HttpFault, read_json

WHOLE = [{"a": 'é\n"x', "b": [True, False, None, -1.5e-7, 1e9], "c": {"d": "😀", "e": {}}}, 12]


def kind_of(body: bytes) -> str:
    with pytest.raises(HttpFault) as caught:
        read_json(requests.Response(), body, "http://provider.invalid/")
    return caught.value.kind


@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_cut_anywhere_is_truncated(*, ascii_only: bool) -> None:
    body = json.dumps(WHOLE, ensure_ascii=ascii_only).encode()
    kinds = {length: kind_of(body[:length]) for length in range(1, len(body))}
    assert {length: kind for length, kind in kinds.items() if kind != "truncated"} == {}


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"oops", b"[] and more", b"[1,]", b"[nil]", b'["\\x"]', b'{"a" 1}', b"\xff"],
)
def test_what_is_no_json_is_not(body: bytes) -> None:
    assert kind_of(body) == "not_json"
