import json
import math

from monitor.store.json_text import to_json


def test_accents_are_kept_as_they_are() -> None:
    assert to_json({"place": "Sept-Îles"}) == '{"place": "Sept-Îles"}'


def test_what_is_no_text_or_no_number_is_written_all_the_same() -> None:
    half = {"note": "\ud83d", "share": math.nan}
    for value in ({"note": "\ud83d"}, half):
        text = to_json(value)
        assert text.encode()
        assert json.loads(text)["note"] == "\ud83d"
    assert json.loads(to_json(half))["share"] == "NaN"
