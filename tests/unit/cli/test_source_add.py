"""`vigie source add`: what it writes, and that it leaves the rest as it was."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli import source_questions
from monitor.cli.source_block import Line, block_of, insert, quoted
from monitor.errors import InputError
from monitor.located_yaml import LocatedDocument
from monitor.settings import load_settings
from tests.support.command_line import run

BLOCK = block_of([Line(key="name", value="new"), Line(key="kind", value="x", comment="why")], "")
MAPPING = """\
# How Rogers writes.
mapping:
  case_kind: ticket
  columns: {ref: a, received_at: b, status: c, category: d}  # by name

  status_map: {x: closed}
  category_map: {x: incident}
"""
PUSH = ("--provider", "rogers", "--kind", "push", "--secret", "file:token", "--mapping", "new.yaml")


def written_source() -> Any:
    """The one in vigie.yaml, of whatever kind."""
    (source,) = load_settings(None).sources
    return source


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.yaml").write_text(MAPPING)
    (tmp_path / "token").write_text("a-token-that-nobody-guesses\n")
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "sources:\n  - name: new\n    kind: x    # why\n"),
        ("lang: fr", "lang: fr\n\nsources:\n  - name: new\n    kind: x    # why\n"),
        ("sources: []  # none yet\nlang: fr\n",
         "sources:  # none yet\n  - name: new\n    kind: x    # why\nlang: fr\n"),
        ("lang: fr\nsources: []\nhttp: {}\n",
         "lang: fr\nsources:\n  - name: new\n    kind: x    # why\nhttp: {}\n"),
        ("sources:\n# nothing\nlang: fr\n",
         "sources:\n  - name: new\n    kind: x    # why\n# nothing\nlang: fr\n"),
        ("sources:\n- {name: a}  # one\n\n# of channels\nlang: fr\n",
         "sources:\n- {name: a}  # one\n- name: new\n  kind: x    # why\n\n# of channels\nlang: fr\n"),
        ("sources:\n    - name: a\n      b:\n        c: 1\n      # hub: {}\n    # next\nlang: fr\n",
         "sources:\n    - name: a\n      b:\n        c: 1\n      # hub: {}\n    - name: new\n      kind: x    # why\n    # next\nlang: fr\n"),
        ("sources:\n- a: |\n    text\n    more\nlang: fr\n",
         "sources:\n- a: |\n    text\n    more\n- name: new\n  kind: x    # why\nlang: fr\n"),
        ("\ufeffsources:\r\n- a: é\r\nlang: fr",
         "\ufeffsources:\r\n- a: é\r\n- name: new\r\n  kind: x    # why\r\nlang: fr"),
        ("lang: fr\nsources:\n- a: 1",
         "lang: fr\nsources:\n- a: 1\n- name: new\n  kind: x    # why\n"),
    ],
)  # fmt: skip
def test_the_rest_of_the_file_stays_byte_for_byte(before: str, after: str) -> None:
    inserted = insert(before, BLOCK, "vigie.yaml")
    assert inserted.text == after
    assert "name: new" in after.splitlines()[inserted.line - 1]
    document = LocatedDocument.parse(inserted.text, "vigie.yaml").content
    assert document["sources"][-1] == {"name": "new", "kind": "x"}


_ITEMS = (
    "{name: %s}  # short",
    "name: %s\n%sbody:\n%s  - 1  # one\n%s  - {a: b}",
    "name: %s\n%stext: |\n%s  # no comment\n%s  end",
    "name: %s\n%s# why\n%slast: 'x'  # end\n%s# said under it",
)
_AROUND = ("", "# top\n", "lang: fr\n", "http: {port: 1}  # x\n\n# of what follows\n")


@given(
    before=st.sampled_from(_AROUND),
    items=st.lists(st.sampled_from(_ITEMS), max_size=4),
    indent=st.integers(0, 4),
    gap=st.sampled_from(("", "\n", "# next\n")),
    after=st.sampled_from(("", "web: {}\n", "channels:\n  a: {type: console}\n")),
    windows=st.booleans(),
    cut=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_around_it_the_block_is_all_that_is_new(
    *, before, items, indent, gap, after, windows, cut
) -> None:
    text = before + ("sources:\n" if items else "")
    for index, item in enumerate(items):
        inner = " " * (indent + 2)
        filled = item % (f"s{index}", *([inner] * (item.count("%s") - 1)))
        text += f"{' ' * indent}- {filled}\n"
    text += gap + after
    # A text that ends with the file has no last line break to YAML, and has one afterwards.
    text = text.removesuffix("\n") if cut and not text.endswith("  end\n") else text
    text = text.replace("\n", "\r\n") if windows else text
    old = LocatedDocument.parse(text, "x").content
    new = insert(text, BLOCK, "x").text
    read = LocatedDocument.parse(new, "x").content
    assert read["sources"] == [*old.get("sources", []), {"name": "new", "kind": "x"}]
    assert {**read, "sources": None} == {**old, "sources": None}
    # Taken out again, the file is what it was: nothing else was touched.
    lines = iter(new.splitlines(keepends=True))
    assert all(line in lines for line in text.splitlines(keepends=True)[:-1])
    assert len(new.splitlines()) - len(text.splitlines()) in (2, 3, 4)


def test_it_goes_into_the_file_that_init_writes(folder) -> None:
    run("init")
    before = (folder / "vigie.yaml").read_text().splitlines()
    assert run("source", "add", "rogers-push", *PUSH).status == 0
    after = (folder / "vigie.yaml").read_text().splitlines()
    assert [line for line in before if line not in after] == ["sources: []"]
    listed = run("source", "list", "--json").json
    assert [(each["name"], each["every"]) for each in listed] == [("rogers-push", None)]
    assert "it posts to /api/v1/observations" in run("source", "check", "rogers-push").out


def test_a_list_in_brackets_is_not_taken_apart() -> None:
    with pytest.raises(InputError, match="in brackets"):
        insert("sources: [{name: a}]\n", BLOCK, "vigie.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "15 min",
        "true",
        "https://h/p?q=#x",
        'a"b\\c',
        "*.csv",
        "12",
        "",
        r"l'(?P<a>\d)",
        "a\nb",
    ],
)
def test_a_value_comes_back_as_it_was(text: str) -> None:
    assert LocatedDocument.parse(f"a: {quoted(text)}", "x").content == {"a": text}


def test_it_is_written_once_it_is_sound_with_comments_and_a_mapping(folder) -> None:
    (folder / "vigie.yaml").write_text("# ours\nsources: []\nlang: fr  # theirs\n")
    ran = run("source", "add", "rogers-push", *PUSH, "--stale-after", "2 h")
    assert ran.status == 0, ran.err
    assert "vigie.yaml, line 3: source rogers-push is there." in ran.out
    text = (folder / "vigie.yaml").read_text()
    assert text.startswith("# ours\nsources:\n  - name: rogers-push\n")
    assert text.endswith("lang: fr  # theirs\n")
    assert "    # How Rogers writes.\n    mapping:\n" in text
    assert "nobody-guesses" not in text
    (source,) = load_settings(None).sources
    assert (source.name, source.kind, source.stale_after.total_seconds()) == (
        "rogers-push", "push", 7200
    )  # fmt: skip
    again = run("source", "add", "rogers-push", *PUSH)
    assert again.status == 2
    assert "stands twice" in again.err
    assert (folder / "vigie.yaml").read_text() == text


def test_an_api_has_its_credentials_elsewhere(folder, monkeypatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret-secret-secret")
    (folder / "vigie.yaml").write_text("")
    arguments = (
        "telus-tickets", "--provider", "telus", "--kind", "tmf621-v4", "--url",
        "https://api.example.org/tmf", "--secret", "env:API_TOKEN", "--mapping", "tmf621",
    )  # fmt: skip
    told = run("source", "add", *arguments, "--json").json
    assert (told["line"], told["written"]) == (2, True)
    assert "auth: {type: bearer, token: {env: API_TOKEN}}" in told["block"]
    assert [each.name for each in load_settings(None).sources] == ["telus-tickets"]


def test_a_dry_run_writes_nothing(folder) -> None:
    (folder / "vigie.yaml").write_text("sources: []\n")
    ran = run("source", "add", "rogers-push", *PUSH, "--dry-run", LANG="fr_CA.UTF-8")
    assert ran.out.startswith("- name: rogers-push\n  provider: rogers")
    assert "# le secret lui-même est ailleurs" in ran.out
    assert (folder / "vigie.yaml").read_text() == "sources: []\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (("--provider", "nobody"), "the contract has no provider 'nobody'"),
        (("--secret", "hunter2"), "write env:NAME, file:PATH or credential:NAME"),
        (("--secret", "file:missing"), "cannot read"),
        (("--mapping", "tmf"), "neither a file nor shipped"),
        (("--stale-after", "soon"), "stale_after"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(folder, changes, message) -> None:
    (folder / "vigie.yaml").write_text("lang: fr\n")
    ran = run("source", "add", "rogers-push", *PUSH, *changes)
    assert ran.status == 2
    assert message in ran.err
    assert (folder / "vigie.yaml").read_text() == "lang: fr\n"


API = ("--provider", "telus", "--url", "https://api.example.org/x")
MAIL = (
    "--provider", "rogers", "--kind", "imap", "--host", "imap.example.org", "--username", "v",
    "--secret", "file:token", "--stale-after", "1 d", "--mapping", "new.yaml",
)  # fmt: skip
FIELDS = "mapping:\n  case_kind: ticket\n  fields: {ref: ref, received_at: sent_at, status: status, category: kind}\n  status_map: {x: closed}\n  category_map: {x: incident}\n"


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (
            ("--kind", "tmf622-v5", *API, "--mapping", "tmf622-v5", "--token-url",
             "https://api.example.org/token", "--client-id", "vigie", "--secret", "file:token",
             "--scope", "orders:read"),
            {"auth": {"type": "oauth2", "token_url": "https://api.example.org/token",
                      "client_id": "vigie", "client_secret": {"file": "token"},
                      "scope": "orders:read"}},
        ),
        (
            ("--kind", "tmf641-v4", *API, "--mapping", "tmf641", "--auth", "api-key", "--header",
             "X-Cle", "--secret", "credential:token"),
            {"auth": {"type": "api-key", "header": "X-Cle", "token": {"credential": "token"}}},
        ),
        (
            ("--kind", "tmf621-v5", *API, "--mapping", "tmf621", "--auth", "basic", "--username",
             "vigie", "--secret", "file:token", "--cert-file", "token", "--key-file", "token",
             "--hub-callback", "https://vigie.example.org", "--hub-secret", "file:token"),
            {"auth": {"type": "basic", "username": "vigie", "password": {"file": "token"}},
             "tls": {"cert_file": "token", "key_file": "token"},
             "hub": {"callback": "https://vigie.example.org", "secret": {"file": "token"}}},
        ),
        (
            ("--kind", "servicenow", *API, "--mapping", "servicenow-incident", "--query",
             "company.name=TELUS", "--timezone", "America/Toronto", "--auth", "basic",
             "--username", "vigie", "--secret", "file:token"),
            {"query": "company.name=TELUS", "timezone": "America/Toronto"},
        ),
        (
            ("--kind", "jira", *API, "--mapping", "jira-service-request", "--jql",
             'project = SUP AND "Organization" = "Québec"', "--product", "data-center",
             "--secret", "file:token"),
            {"jql": 'project = SUP AND "Organization" = "Québec"', "product": "data-center"},
        ),
        (
            ("--kind", "files", "--provider", "rogers", "--host", "sftp.example.org", "--port",
             "2222", "--username", "vigie", "--key-file", "token", "--passphrase", "file:token",
             "--host-key", "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "--folder",
             "/depot", "--export", "snapshot", "--pattern", "billets-*.csv", "--as-of",
             "billets-%Y%m%d-%H%M.csv", "--archive", "traites", "--stale-after", "3 h",
             "--mapping", "new.yaml"),
            {"sftp": {"host": "sftp.example.org", "port": 2222, "username": "vigie",
                      "key_file": "token", "passphrase": {"file": "token"},
                      "host_key": "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
                      "folder": "/depot"},
             "pattern": "billets-*.csv", "as_of": "billets-%Y%m%d-%H%M.csv"},
        ),
        (
            (*MAIL, "--folder", "Avis", "--verified-by", "mx.example.org", "--from",
             "avis@rogers.example", "--subject", r"l'état du (?P<ref>\S+)", "--body",
             r"(?P<status>.+)\n"),
            {"folder": "Avis", "verified_by": "mx.example.org", "rules": [
                {"from": "avis@rogers.example", "subject": r"l'état du (?P<ref>\S+)",
                 "body": r"(?P<status>.+)\n"}]},
        ),
    ],
    ids=["oauth2", "api-key", "mutual-tls-and-hub", "servicenow", "jira", "sftp", "imap"],
)  # fmt: skip
def test_every_kind_is_written_with_its_secrets_elsewhere(
    folder, monkeypatch, arguments, written
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    if "imap" in arguments:
        (folder / "new.yaml").write_text(FIELDS)
    (folder / "vigie.yaml").write_text("")
    ran = run("source", "add", "one", *arguments)
    assert ran.status == 0, ran.err
    text = (folder / "vigie.yaml").read_text()
    assert "nobody-guesses" not in text
    (source,) = LocatedDocument.parse(text, "x").content["sources"]
    assert {key: source.get(key) for key in written} == written
    assert [each.name for each in load_settings(None).sources] == ["one"]


def test_the_rules_of_a_mailbox_may_stand_beside_its_mapping(folder) -> None:
    (folder / "vigie.yaml").write_text("")
    (folder / "new.yaml").write_text(
        f"# Whose.\nrules:\n- from: a@b.example\n  subject: '(?P<ref>\\d+)'\n{FIELDS}"
    )
    twice = run("source", "add", "mails", *MAIL, "--from", "c@d.example")
    assert "has rules of its own" in twice.error
    ran = run("source", "add", "mails", *MAIL)
    assert ran.status == 0, ran.err
    source = written_source()
    assert source.rules[0].sender == "a@b.example"


@pytest.mark.parametrize(
    ("extra", "option"),
    [(("--jql", "x"), "jql"), (("--hub-callback", "https://x"), "hub-callback"),
     (("--port", "1"), "port"), (("--username", "x"), "username")],
)  # fmt: skip
def test_what_has_no_place_in_a_kind_is_refused(folder, extra, option) -> None:
    (folder / "vigie.yaml").write_text("")
    ran = run("source", "add", "one", *PUSH, *extra)
    assert ran.status == 2
    assert ran.error == (
        f"--{option}: has no place in a source of kind push as asked for; leave it out"
    )


def test_what_an_api_wants_is_asked_for_one_after_another(folder, monkeypatch) -> None:
    (folder / "vigie.yaml").write_text("")
    monkeypatch.setattr(source_questions, "_asks", lambda: True)
    answers = (
        "telus", "tmf621-v4", "https://api.example.org", "oauth2", "https://api.example.org/t",
        "vigie", "file:token", "", "token", "token", "https://vigie.example.org", "file:token", "",
    )  # fmt: skip
    ran = run("source", "add", "one", stdin="\n".join([*answers, ""]))
    assert ran.status == 0, ran.err
    source = written_source()
    assert (source.auth.type, source.auth.scope, source.mapping.resource) == (
        "oauth2", None, "troubleTicket"
    )  # fmt: skip
    assert source.tls is not None
    assert source.hub.callback == "https://vigie.example.org"


def test_what_a_mailbox_wants_is_asked_for(folder, monkeypatch) -> None:
    (folder / "vigie.yaml").write_text("")
    (folder / "new.yaml").write_text(FIELDS)
    monkeypatch.setattr(source_questions, "_asks", lambda: True)
    answers = (
        "rogers", "imap", "imap.example.org", "vigie", "file:token", "", "", "a@b.example",
        r"(?P<ref>\d+)", "", "", "new.yaml",
    )  # fmt: skip
    ran = run("source", "add", "mails", stdin="\n".join([*answers, ""]))
    assert ran.status == 0, ran.err
    source = written_source()
    assert (source.folder, source.verified_by, source.rules[0].sender) == (
        "INBOX", None, "a@b.example"
    )  # fmt: skip


def test_what_is_missing_is_asked_for_on_a_terminal_only(folder, monkeypatch) -> None:
    (folder / "vigie.yaml").write_text("")
    assert "name the source" in run("source", "add").err
    assert "--provider is missing" in run("source", "add", "x").err
    monkeypatch.setattr(source_questions, "_asks", lambda: True)
    answers = "rogers-push\nrogers\nfax\npush\nfile:token\nnew.yaml\n"
    ran = run("source", "add", stdin=answers)
    assert ran.status == 0, ran.err
    assert [each.name for each in load_settings(None).sources] == ["rogers-push"]
