import pytest

from tests.support.command_line import run
from tests.support.contracts import CONTRACT, changed


@pytest.fixture
def old(folder):
    (folder / "old.yaml").write_text(CONTRACT, encoding="utf-8")
    return "old.yaml"


@pytest.fixture
def new(folder):
    text = changed('version: "1"', 'version: "2"').replace("2026-01-01", "2027-01-01")
    text = changed("    amount: 5 d\n", "    amount: 6 d\n", text)
    text = changed("Répons", "Repons", text)
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    return "new.yaml"


def test_a_sound_contract_is_said_to_be():
    ran = run("contract", "check", "builtin:cspq-mobilite")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "cspq-mobilite 2019-12-11, from 2017-01-01: sound, 9 commitments\n"


def test_every_problem_is_told_with_its_line(folder):
    text = changed("amount: 4 h", "amount: four").replace("name: Two, rank: 2", "name: Two, rnk: 2")
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    ran = run("contract", "check", "mine.yaml")
    assert ran.status == 2
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [
        "mine.yaml:22", "mine.yaml:22", "mine.yaml:28",
    ]  # fmt: skip
    problems = run("contract", "check", "mine.yaml", "--json").json
    assert problems["ok"] is False
    assert problems["problems"][2]["key"] == "commitments[answer].amount"
    assert "4 h" in problems["problems"][2]["remedy"]


def test_versions_that_do_not_go_together_are_told(old):
    ran = run("contract", "check", old, "builtin:cspq-mobilite")
    assert ran.status == 2
    assert "versions of one contract" in ran.error


def test_a_missing_file_is_one_line():
    assert run("contract", "check", "nowhere.yaml").error.startswith("nowhere.yaml: cannot be read")


def test_a_file_that_is_not_there_hides_no_problem_of_another(folder):
    (folder / "x.yaml").write_text(changed("calendar: desk", "calendar: dsk"))
    ran = run("contract", "check", "nowhere.yaml", "x.yaml")
    missing, wrong = ran.err.splitlines()
    assert ran.status == 2
    assert missing.startswith("Error: nowhere.yaml: cannot be read")
    assert wrong.startswith("Error: x.yaml:29: commitments[answer].calendar: no calendar 'dsk'")


def test_what_changes_is_told_in_words(old, new):
    ran = run("contract", "diff", old, new)
    plain = ran.out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Can move deadlines:\n" in plain
    assert "5 business days" in plain
    assert "6 business days" in plain
    changes = run("contract", "diff", old, new, "--json").json
    assert {"key", "kind", "before", "after", "moves_deadlines", "sentence"} == set(changes[0])
    assert changes[0]["moves_deadlines"] is True
    assert "commitments[visit-far].amount" in [change["key"] for change in changes]
    assert [c["moves_deadlines"] for c in changes] == sorted(
        (c["moves_deadlines"] for c in changes), reverse=True
    )


def test_what_changes_is_told_in_french(old, new):
    assert "6 jours ouvrables" in run("contract", "diff", old, new, "--lang", "fr").out.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_equal_versions_do_not_differ(old):
    assert run("contract", "diff", old, old).out == "Nothing changes.\n"
    assert run("contract", "diff", old, old, "--json").json == []


def test_two_contracts_cannot_be_compared(old):
    assert "compare versions of one" in run("contract", "diff", old, "builtin:cspq-mobilite").error


def test_the_schema_is_one_of_json():
    schema = run("contract", "schema").json
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "commitments" in schema["required"]
