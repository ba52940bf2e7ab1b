"""`user` and `token` on the database that the board reads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.access import Role, digest_of
from monitor.access.passwords import matches
from monitor.store.accounts import Accounts
from monitor.store.audit import AuditLog
from monitor.store.database import open_database
from tests.support.command_line import run

PASSWORD = "un-mot-de-passe-long"


@pytest.fixture
def database(database_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(f"database: {database_url}\n")
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def accounts(database):
    return Accounts(database)


def test_an_account_is_made_and_its_password_kept_as_argon2_has_it(accounts, database):
    ran = run("user", "add", "ariane", "--role", "operator", "--by", "chef", stdin=f"{PASSWORD}\n")
    assert (ran.status, ran.out) == (0, "ariane: may sign in, as operator.\n")
    found = accounts.find("ariane")
    assert (found.role, found.organization) == (Role.OPERATOR, None)
    assert found.password.startswith("$argon2id$")
    assert matches(found.password, PASSWORD)
    assert not matches(found.password, PASSWORD + "x")
    (entry,) = AuditLog(database).entries()
    assert (entry.who, entry.what, entry.details["account"]) == ("chef", "add account", "ariane")
    assert PASSWORD not in str(entry.details)


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("ariane",), "short\n", "the password is too short"),
        (("ariane",), "x" * 201 + "\n", "the password is too long"),
        (("a b",), PASSWORD, "'a b' is no account's name"),
        (("<b>",), PASSWORD, "is no account's name"),
        (
            ("ariane", "--role", "operator", "--organization", "ORG-1"),
            PASSWORD,
            "limited to an organisation is a reader's",
        ),
    ],
)
def test_what_will_not_do_is_said_and_nothing_made(accounts, arguments, stdin, said):
    ran = run("user", "add", *arguments, stdin=stdin)
    assert ran.status == 2
    assert said in ran.error
    assert accounts.all() == []


def test_accounts_are_listed_changed_and_removed(accounts):
    run("user", "add", "lise", "--organization", "ORG-101", stdin=PASSWORD)
    again = run("user", "add", "lise", stdin=PASSWORD)
    assert (again.status, again.error) == (2, "there is an account 'lise' already")
    (listed,) = run("user", "list", "--json").json
    assert listed.pop("made_at")
    assert listed == {
        "name": "lise",
        "role": "reader",
        "organization": "ORG-101",
        "locked": False,
        "disabled": False,
        "issuer": None,
    }
    assert "lise" in run("user", "list").out
    assert run("user", "password", "lise", stdin="un-autre-mot-long").status == 0
    assert matches(accounts.find("lise").password, "un-autre-mot-long")
    assert run("user", "remove", "lise").status == 0
    for gone in ("remove", "password"):
        ran = run("user", gone, "lise", stdin=PASSWORD)
        assert (ran.status, "there is no account 'lise'" in ran.error) == (2, True)


def test_too_many_wrong_passwords_lock_for_longer_and_longer(accounts):
    run("user", "add", "lise", stdin=PASSWORD)
    at = datetime(2026, 11, 23, 15, tzinfo=UTC)
    waits = []
    for _ in range(12):
        accounts.failed("lise", at=at)
        until = accounts.find("lise").locked_until
        waits.append(None if until is None else (until - at) // timedelta(minutes=1))
    assert waits == [None] * 4 + [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_token_is_shown_once_and_kept_as_a_digest(accounts):
    ran = run("token", "add", "tableur", "--for", "90 d", "--organization", "ORG-101")
    secret = ran.out.strip()
    now = datetime.now(tz=UTC)
    found = accounts.token(digest_of(secret), at=now)
    assert (found.name, list(found.scopes), found.organization) == ("tableur", ["read"], "ORG-101")
    assert accounts.token(digest_of(secret), at=now + timedelta(days=91)) is None
    (listed,) = run("token", "list", "--json").json
    assert secret not in str(listed)
    assert (listed["number"], listed["revoked_at"]) == (1, None)
    assert run("token", "revoke", "1").status == 0
    assert accounts.token(digest_of(secret), at=now) is None
    assert "there is no token 1" in run("token", "revoke", "1").error
    assert "revoked" in run("token", "list").out
    assert "--for" in run("token", "add", "x", "--for", "soon").error
