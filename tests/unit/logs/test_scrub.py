from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from monitor.logs.scrub import REDACTED, is_sensitive, scrub_event, scrub_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ2aWdpZSIsImV4cCI6MTc2NH0.k3Yw1sW8b1xq-Jm0u2Q"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7\nq2s=\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "leak", "kept"),
    [
        (
            "postgresql://vigie:tr0ub4dor@db.interne:5432/vigie",
            "tr0ub4dor",
            "@db.interne:5432/vigie",
        ),
        ("postgresql+psycopg://vigie:p@ss@db/vigie refused", "p@ss", "@db/vigie refused"),
        ("sqlalchemy: postgresql://vigie:pa/ss@db/vigie", "pa/ss", "sqlalchemy: postgresql://"),
        ("GET https://cle-secrete@api.exemple.ca/ticket", "cle-secrete", "api.exemple.ca/ticket"),
        ("https://api.exemple.ca/t?limit=5&access_token=a1b2c3&offset=2", "a1b2c3", "&offset=2"),
        ("Max retries: /v4/troubleTicket?api_key=XK-99 (Caused by x)", "XK-99", "(Caused by x)"),
        ("https://prod.logic.azure.com/x?sp=run&sig=Zm9v_bar", "Zm9v_bar", "sp=run"),
        (f"401 for token {JWT}", JWT, "401 for token"),
        ("sent Authorization: Bearer 7f3a9c0d1e", "7f3a9c0d1e", "sent Authorization"),
        ("{'Authorization': 'Basic dXNlcjpwYXNzd29yZA=='}", "dXNlcjpwYXNz", "Authorization"),
        ("bearer 9XyZ_opaque-value.1", "9XyZ_opaque", "bearer"),
        ("invalid credentials: password=hunter2, host=smtp", "hunter2", "host=smtp"),
        ('{"client_secret": "s3 cr3t", "scope": "read"}', "s3 cr3t", '"scope": "read"'),
        ("PGPASSWORD=abc123 psql", "abc123", "psql"),
        ("password: hunter2", "hunter2", "password"),
        (f"key file holds {PEM} and more", "MIIEow", "and more"),
        ("key: -----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN cut short", "MIIEvQ", "key: "),
        ("550 5.1.1 <marie.tremblay@mrc.quebec>: unknown", "marie.tremblay", "***@mrc.quebec"),
        ("rcpt to jean-guy.o'neil@ville.gatineau.qc.ca", "o'neil", "***@ville.gatineau.qc.ca"),
        ("appelez le 418 555-0123 demain", "555-0123", "demain"),
        ("appelez le (514)\u00a0555-0199", "0199", "appelez le"),
        ("rappel au 1-800-555-0142.", "0142", "rappel au"),
        ("msisdn +15145550123 inconnu", "5145550123", "inconnu"),
    ],
)
def test_takes_the_leak_and_keeps_the_rest(text: str, leak: str, kept: str) -> None:
    scrubbed = scrub_text(text)
    assert leak not in scrubbed
    assert kept in scrubbed
    assert REDACTED in scrubbed or "***@" in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "telus:ticket:INC-418-555-0123 breached password-reset: 4 h past",
        "password-reset=breached",
        "tick took 0.020 s at 2026-11-23T15:30:00+00:00",
        "case telus:order:5145550123 observed",
        "basic authentication needs username and password",
        "vigie.yaml:12: sources[0].auth.password: the environment variable API_PW is not set",
        "https://api.exemple.ca:8443/tmf-api/troubleTicket/v4/ticket?limit=100",
        "http://127.0.0.1:9464/metrics",
        "les jetons (tokens) sont rares",
        "secret token of the realm",
        "Running upgrade 0001 -> 0002, keep the receipt",
    ],
)
def test_leaves_what_operators_need_to_read(text: str) -> None:
    assert scrub_text(text) == text


def test_a_page_of_a_provider_is_cut() -> None:
    assert len(scrub_text("<p>panne</p>" * 10_000)) < 17_000


@given(st.text(alphabet="a:/@?&=. '\"bearer0A-", max_size=400))
def test_scrubbing_again_reveals_and_breaks_nothing(text: str) -> None:
    once = scrub_text(text)
    assert scrub_text(once).count("@") <= once.count("@")


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "DB_PASSWORD",
        "dbPassword",
        "authorization",
        "X-Api-Key",
        "set-cookie",
        "token",
        "access_token",
        "clientSecret",
        "private_key",
        "phone",
        "subscriber",
        "msisdn",
        "smtp.password",
    ],
)
def test_keys_that_name_a_secret_or_a_person(key: str) -> None:
    assert is_sensitive(key)


@pytest.mark.parametrize(
    "key",
    [
        "key",
        "case",
        "address",
        "password-reset",
        "idempotency_key",
        "step",
        "cursor",
        "headphones",
        "event",
    ],
)
def test_keys_that_do_not(key: str) -> None:
    assert not is_sensitive(key)


def test_goes_into_what_is_nested_and_leaves_only_plain_values() -> None:
    event = scrub_event(
        None,
        "info",
        {
            "event": "source_faulted",
            "_record": object,
            "headers": {"Authorization": "Bearer abc", "Accept": "application/json"},
            "hops": [{"url": "https://u:p4ss@h/x"}, ("ok", b"token=zzz")],
            "password": ["a", "b"],
            "pin_token": 1234,
            "error": ConnectionError("postgresql://u:p4ss@h/db is down"),
            "held": SecretStr("p4ss"),
            "path": Path("/var/lib/vigie"),
            "at": datetime(2026, 11, 23, 15, 30, tzinfo=UTC),
            "count": 3,
            "ratio": 0.5,
            "late": True,
            "nothing": None,
            "codes": {"b", "a"},
        },
    )
    assert event == {
        "event": "source_faulted",
        "_record": object,
        "headers": {"Authorization": REDACTED, "Accept": "application/json"},
        "hops": [{"url": f"https://{REDACTED}@h/x"}, ["ok", f"token={REDACTED}"]],
        "password": REDACTED,
        "pin_token": REDACTED,
        "error": f"ConnectionError: postgresql://{REDACTED}@h/db is down",
        "held": "**********",
        "path": "/var/lib/vigie",
        "at": "2026-11-23T15:30:00+00:00",
        "count": 3,
        "ratio": 0.5,
        "late": True,
        "nothing": None,
        "codes": ["a", "b"],
    }


def test_a_structure_that_holds_itself_ends() -> None:
    loop: dict[str, object] = {"note": "password=x1"}
    loop["again"] = loop
    assert "x1" not in str(scrub_event(None, "info", {"event": "odd", "loop": loop}))
