from datetime import timedelta

import pytest

from monitor.alerts.links import PATH, LinkClaim, LinkFault, Links
from tests.support.cases import utc

NOW = utc("2026-11-23 11:30")
KEY = "ab" * 32
LINKS = Links(public_url="https://vigie.example.org", key=b"a key of the test's own")


def token(links: Links = LINKS) -> str:
    address = links.link(KEY, NOW)
    assert address.startswith(f"https://vigie.example.org{PATH}")
    return address.rpartition("/")[2]


def test_a_link_leads_back_to_its_message():
    claim = LINKS.read(token(), NOW)
    assert isinstance(claim, LinkClaim)
    assert claim.notification_key == KEY
    # One and the same link has one digest, by which it acts once; another one has another.
    assert claim == LINKS.read(token(), NOW + timedelta(days=1))
    later = LINKS.read(LINKS.link(KEY, NOW + timedelta(seconds=1)).rpartition("/")[2], NOW)
    assert isinstance(later, LinkClaim)
    assert later.digest != claim.digest


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(days=7) - timedelta(seconds=1), LinkClaim), (timedelta(days=7), LinkFault)],
)
def test_a_link_expires(after, expected):
    assert isinstance(LINKS.read(token(), NOW + after), expected)


def test_a_link_of_another_key_is_none_of_ours():
    other = Links(public_url="https://vigie.example.org", key=b"another")
    assert LINKS.read(token(other), NOW) is LinkFault.WRONG


def test_no_character_of_a_link_may_be_changed():
    good = token()
    for at, char in enumerate(good):
        changed = good[:at] + ("0" if char != "0" else "1") + good[at + 1 :]
        assert LINKS.read(changed, NOW) is LinkFault.WRONG, changed


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "é" * 120, f"{KEY}.1.{'A' * 44}"])
def test_what_is_no_link_is_wrong(text):
    assert LINKS.read(text, NOW) is LinkFault.WRONG


def test_a_link_tells_nothing_of_whom_or_what_and_its_key_is_not_shown():
    assert set(token()) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert "test's own" not in repr(LINKS)
