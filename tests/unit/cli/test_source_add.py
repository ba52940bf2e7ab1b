"""`vigie source add`: what it writes, and that it leaves the rest as it was."""

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
    "text", ["a", "15 min", "true", "https://h/p?q=#x", 'a"b\\c', "*.csv", "12", ""]
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
        (("--secret", "hunter2"), "write env:NAME or file:PATH"),
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


def test_what_is_missing_is_asked_for_on_a_terminal_only(folder, monkeypatch) -> None:
    (folder / "vigie.yaml").write_text("")
    assert "name the source" in run("source", "add").err
    assert "--provider is missing" in run("source", "add", "x").err
    monkeypatch.setattr(source_questions, "_asks", lambda: True)
    answers = "rogers-push\nrogers\nfax\npush\nfile:token\nnew.yaml\n"
    ran = run("source", "add", stdin=answers)
    assert ran.status == 0, ran.err
    assert [each.name for each in load_settings(None).sources] == ["rogers-push"]
