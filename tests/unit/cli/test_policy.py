"""`vigie policy check` and `simulate` on invented cases: no database is there."""

from pathlib import Path

import pytest

from tests.support.command_line import run

SETTINGS = """\
channels: {screen: {type: console}}
recipients:
  - {role: contract-manager, channel: screen, address: gestion, quiet_outside: quebec-support}
  - {role: provider-desk, channel: screen, contact: technical-support, subject: technical-support}
policies:
  - name: telus
    providers: [telus]
    steps:
      - {id: soon, at: 2 h left, notify: [contract-manager, provider-desk]}
      - {id: breach, at: breach, every: 4 h, times: 3, urgent: true,
         notify: [[on-call, contract-manager]]}
"""


@pytest.fixture(autouse=True)
def _configured(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS)


def simulated(*arguments: str) -> list[tuple[str, str, str, list[str]]]:
    (played,) = run("policy", "simulate", *arguments, "--json").json
    return [
        (s["step"], s["at"][:16], s["fate"], [r["address"] for r in s["recipients"]])
        for s in played["steps"]
    ]


def test_who_is_told_at_each_step():
    checked = run("policy", "check", "--json")
    assert checked.status == 0
    telus, others = checked.json["policies"]
    assert (telus["name"], telus["providers"], others["name"]) == ("telus", ["telus"], None)
    soon, breach = telus["steps"]
    assert [tells["role"] for tells in soon["tells"]] == ["contract-manager", "provider-desk"]
    assert soon["tells"][1]["contact"] == "technical-support"
    assert breach["notify"] == [["on-call", "contract-manager"]]
    assert (breach["every"], breach["times"]) == ("4 h", 3)
    table = run("policy", "check").out
    assert "breach, then every 4 h, 3 times in all" in table
    assert "quiet outside quebec-support" in table


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("providers: [telus]", "providers: [tellus]", ":7: policies[telus].providers[0]: no provider is named 'tellus'; did you mean 'telus'?"),
        ("- name: telus\n   ", "-", "has no name; add 'name'"),
        ("quiet_outside: quebec-support", "quiet_outside: quebec", "no calendar is named 'quebec'"),
        ("contact: technical-support", "contact: devices, provider: bell", "no provider is named 'bell'"),
        ("[[on-call, contract-manager]]", "[[on-cal, contract-manager]]", "no role is named 'on-cal'; did you mean 'on-call'?"),
    ],
)  # fmt: skip
def test_every_problem_with_its_line_and_remedy(old, new, said):
    Path("vigie.yaml").write_text(SETTINGS.replace(old, new))
    refused = run("policy", "check")
    assert refused.status == 2
    assert said in refused.err


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{id: a, at: 50%, every: 4 h, notify: [x]}", "only a step at or after the breach repeats"),
        ("{id: a, at: breach, times: 3, notify: [x]}", "'times' counts repetitions; add 'every'"),
        ("{id: a, at: breach, notify: [[]]}", "notify"),
        ("{id: resumed, at: breach, notify: [x]}", "no step may be named 'resumed'"),
        ("{id: a, at: 2 left, notify: [x]}", "not an amount of business time"),
    ],
)
def test_a_step_that_cannot_be_is_refused(section, said):
    Path("vigie.yaml").write_text(f"policy: {{steps: [{section}]}}")
    assert said in run("policy", "check").err


@pytest.mark.parametrize(
    "recipient", ["{role: on-call, channel: screen}",
                  "{role: on-call, channel: screen, address: x, contact: orders}"]
)  # fmt: skip
def test_a_recipient_has_an_address_or_takes_the_contract_s(recipient):
    Path("vigie.yaml").write_text(
        f"channels: {{screen: {{type: console}}}}\nrecipients: [{recipient}]"
    )
    assert "write one of them" in run("check").out


def test_a_case_that_might_be():
    asked = ("--commitment", "service-restoration", "--received", "2026-11-20T16:00")
    assert simulated(*asked, "--provider", "telus") == [
        ("soon", "2026-11-25T11:00", "fires", ["gestion", "cspq.contratmobilite@telus.com"]),
        ("breach", "2026-11-25T13:00", "fires", ["gestion"]),
        ("breach#2", "2026-11-25T17:00", "fires", ["gestion"]),
        ("breach#3", "2026-11-26T12:00", "fires", ["gestion"]),
    ]
    by_rogers = simulated(*asked, "--provider", "rogers")
    assert [step for step, *_ in by_rogers][:2] == ["half", "warning"]


def test_one_that_closes_in_time():
    played = simulated(
        "--commitment", "incident-resolution", "--received", "2026-11-23T08:00",
        "--provider", "telus", "--closed-at", "2026-11-23T12:00",
    )  # fmt: skip
    assert [(step, fate) for step, _, fate, _ in played] == [
        ("soon", "closed"),
        ("breach", "closed"),
    ]


def test_quiet_hours_are_waited_for():
    # Due at the end of Thursday: half of it is used up at noon on Wednesday, 80 % at 9:36, and
    # what is left counts on support hours.
    played = simulated(
        "--commitment", "delivery-local", "--place", "Québec", "--received", "2026-11-23T15:30",
        "--provider", "telus",
    )  # fmt: skip
    assert played[0] == ("soon", "2026-11-26T15:00", "fires", ["gestion"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--provider", "bell"),
            "the contract has no provider 'bell'; those there are: telus, rogers",
        ),
        (
            ("--provider", "telus", "--closed-at", "2026-11-20T08:00"),
            "closed before it is received",
        ),
    ],
)
def test_what_cannot_be_is_refused(arguments, said):
    refused = run(
        "policy", "simulate", "--commitment", "incident-resolution", "--received",
        "2026-11-23T08:00", *arguments,
    )  # fmt: skip
    assert said in refused.error
