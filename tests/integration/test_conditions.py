"""The contract's conditions: orders without their proof are listed, hors conditions set apart."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cases.deliverables import Schedule, due_after
from monitor.cases.observation import CaseKey
from monitor.cases.periods import Period
from monitor.contract.model import CaseKind
from monitor.metrics.conditions import condition_values
from monitor.store.database import open_database
from monitor.store.deliverables import Deliverables
from monitor.store.readings import Readings
from tests.support.cases import QUEBEC, utc
from tests.support.command_line import Ran, run
from tests.support.world import World, shipped_contract

RECEIVED = "2026-08-03 09:00"
"""A Monday: a local delivery is due at the end of Thursday."""


class Ordered:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.world = World(open_database(url)).at("2026-08-03 09:05")
        (folder / "vigie.yaml").write_text(f'database: "{url}"\n', encoding="utf-8")

    def order(self, provider: str, ref: str, status: str = "received") -> None:
        self.world.says(
            status, RECEIVED, received_at=RECEIVED, key=CaseKey(provider, CaseKind.ORDER, ref),
            category="delivery", place="Québec", organization="ORG-1",
        )  # fmt: skip

    def run(self, *arguments: str, **environment: str) -> Ran:
        return run(*arguments, "--config", str(self.folder / "vigie.yaml"), **environment)

    def imports(self, command: str, text: str, **environment: str) -> Ran:
        path = self.folder / f"{command}.csv"
        path.write_text(text, encoding="utf-8")
        return self.run(command, "import", str(path), "--by", "qa", "--json", **environment)

    def report(self) -> dict[str, Any]:
        out = str(self.folder)
        ran = self.run(
            "report", "month", "2026-08", "--format", "json,pdf,html,xlsx,csv", "--out", out
        )
        assert ran.status == 0, ran.err
        found: dict[str, Any] = json.loads(
            (self.folder / "conformite-2026-08.json").read_text(encoding="utf-8")
        )
        return found


@pytest.fixture
def ordered(tmp_path: Path, database_url: str) -> Iterator[Ordered]:
    found = Ordered(tmp_path, database_url)
    found.order("telus", "CMD-1")
    found.order("rogers", "CMD-2")
    found.order("rogers", "CMD-3")
    found.world.tick()
    found.world.at("2026-09-02 09:00").polled_tick()
    yield found
    found.world.database.close()


def condition(report: dict[str, Any], name: str) -> tuple[int, list[str]]:
    (found,) = [each for each in report["conditions"] if each["condition"] == name]
    return found["applies"], [case["case"] for case in found["cases"]]


def test_the_metrics_say_what_the_report_says(ordered: Ordered) -> None:
    ordered.imports("derogation", "Commande;Numéro;Prestataire\nCMD-2;DER-77;Rogers\n")
    ordered.imports("authorization", "Commande;Numéro;Coût\nCMD-1;;120,00\nCMD-3;AUT-1;5\n")
    version = shipped_contract().versions[-1]
    readings, report = Readings(ordered.world.database), ordered.report()
    august = (utc("2026-08-01 00:00"), utc("2026-09-01 00:00"))
    about, unproven = condition_values(
        version,
        {"august": readings.due_counts(*august)},
        {"august": readings.stated_counts(*august)},
    )
    for name in ("second-rank-derogation", "paid-device-authorization"):
        applies, cases = condition(report, name)
        assert sum(n for (_, _, each), n in about.items() if each == name) == applies > 0
        assert sum(n for (_, _, each), n in unproven.items() if each == name) == len(cases) > 0


def test_purchases_made_elsewhere_are_listed_in_their_month(ordered: Ordered) -> None:
    ordered.imports(
        "authorisation",
        "Commande;Numéro;Prestataire;Date;Fait\n"
        "FACT-9;;TELUS;2026-08-31;device-bought-elsewhere\n"
        "=1+1;;;2026-09-01;device-bought-elsewhere\n",
    )
    (duty,) = [
        each
        for each in ordered.report()["conditions"]
        if each["condition"] == "devices-from-provider"
    ]
    assert duty["purchases"] == [{"ref": "FACT-9", "provider": "telus", "on": "2026-08-31"}]
    assert "FACT-9" in (ordered.folder / "conformite-2026-08.html").read_text(encoding="utf-8")
    # Of all organisations, as such a file names none; and of the provider that it names.
    for option, value, listed in (
        ("--organization", "ORG-1", []),
        ("--provider", "rogers", []),
        ("--provider", "telus", ["FACT-9"]),
    ):
        out = ordered.folder / f"of-{value}"
        given = ("report", "month", "2026-08", option, value, "--format", "json", "--json")
        (name,) = ordered.run(*given, "--out", str(out)).json["files"]
        report = json.loads(Path(name).read_text(encoding="utf-8"))
        found = [one["ref"] for each in report["conditions"] for one in each["purchases"]]
        assert found == listed, value


def test_second_rank_orders_need_a_derogation(ordered: Ordered) -> None:
    assert condition(ordered.report(), "second-rank-derogation") == (2, ["CMD-2", "CMD-3"])
    ran = ordered.imports(
        "derogation", "Commande;Numéro;Prestataire;Date\nCMD-2;DER-77;Rogers;2026-08-01\n"
    )
    assert ran.json["added"] == 1
    assert condition(ordered.report(), "second-rank-derogation") == (2, ["CMD-3"])
    # The same file again says nothing new.
    assert ordered.imports(
        "derogation", "Commande;Numéro;Prestataire;Date\nCMD-2;DER-77;Rogers;2026-08-01\n"
    ).json["added"] == 0  # fmt: skip
    lines = ordered.run("audit", "list", "--json").json
    assert [(line["what"], line["who"]) for line in lines] == [("evidence-imported", "qa")]


def test_devices_at_a_cost_need_an_authorisation(ordered: Ordered) -> None:
    assert condition(ordered.report(), "paid-device-authorization") == (0, [])
    ran = ordered.imports(
        "authorisation",  # as it may be spelt too
        'commande,numéro,coût\nCMD-1,,"249,99 $"\nCMD-2,AUT-9,1 100.00\nCMD-3,,0\n',
    )
    assert ran.json["added"] == 3
    assert condition(ordered.report(), "paid-device-authorization") == (2, ["CMD-1"])


def test_what_the_text_sets_apart_is_shown_apart_and_never_dropped(ordered: Ordered) -> None:
    before = ordered.report()["total"]
    assert (before["due"], before["open_late"], before["outside"]) == (3, 3, 0)
    ordered.imports(
        "authorization", "commande,numéro,fait\nCMD-1,,email-sync-without-device-management\n"
    )
    after = ordered.report()
    assert (after["total"]["due"], after["total"]["open_late"], after["total"]["outside"]) == (
        3,
        2,
        1,
    )
    august = after["trend"][-1]
    assert (august["open_late"], august["outside"]) == (2, 1)


def test_a_fact_learned_after_a_report_is_told_in_the_next(ordered: Ordered) -> None:
    def issued(month: str) -> dict[str, Any]:
        out = str(ordered.folder)
        ran = ordered.run(
            "report", "month", month, "--issue", "--by", "qa", "--format", "json", "--out", out
        )
        assert ran.status == 0, ran.err
        found: dict[str, Any] = json.loads(
            (ordered.folder / f"conformite-{month}.json").read_bytes()
        )
        return found

    assert issued("2026-08")["total"]["outside"] == 0
    ordered.imports(
        "authorization", "commande,numéro,fait\nCMD-1,,email-sync-without-device-management\n"
    )
    september = issued("2026-09")
    assert [(each["case"], each["before"], each["now"]) for each in september["adjustments"]] == [
        ("CMD-1", "open_late", "outside")
    ]
    (restated,) = september["restated"]
    assert (restated["before"]["outside"], restated["now"]["outside"]) == (0, 1)
    assert issued("2026-10")["adjustments"] == []


def test_what_was_learned_later_is_not_in_a_report_as_of_before(ordered: Ordered) -> None:
    ordered.imports("derogation", "commande,numéro\nCMD-2,DER-77\n")
    ran = ordered.run(
        "report", "month", "2026-08", "--format", "json", "--out", str(ordered.folder / "then"),
        "--known-at", (ordered.world.now + timedelta(hours=1)).isoformat(),
    )  # fmt: skip
    assert ran.status == 0, ran.err
    report = json.loads((ordered.folder / "then" / "conformite-2026-08.json").read_bytes())
    assert condition(report, "second-rank-derogation") == (2, ["CMD-2", "CMD-3"])


def test_a_duty_of_the_client_is_told_and_not_judged(ordered: Ordered) -> None:
    (found,) = [
        each for each in ordered.report()["conditions"] if each["consequence"] == "client_duty"
    ]
    assert (found["condition"], found["applies"], found["unproven"]) == (
        "devices-from-provider", None, None,
    )  # fmt: skip
    page = (ordered.folder / "conformite-2026-08.html").read_text(encoding="utf-8")
    assert "Un devoir du client; aucune source ne peut le montrer." in page


def test_reports_due_that_are_late_or_missing_are_listed(ordered: Ordered) -> None:
    due = next(
        due_after(
            [
                Schedule(
                    commitment="billing-report", provider="telus", prefix="FACT",
                    first=Period.parse("2026-07"), billing_day=10,
                )
            ],
            QUEBEC,
            after=None,
        )
    )  # fmt: skip
    opened_at = utc("2026-07-11 00:00")
    Deliverables(ordered.world.database).open(
        [due.opening("billing-report", opened_at)], at=opened_at
    )
    ordered.world.tick()
    (late,) = ordered.report()["late_deliverables"]
    assert (late["case"], late["outcome"]) == ("FACT-2026-07", "open_late")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("order,amount\nCMD-1,3\n", "it has no column 'numéro'; its columns are: order, amount"),
        ("commande,numéro\n,DER-1\n", "x.csv:2: it names no order; write its reference"),
        ("commande,numéro\nCMD-1,\n", "x.csv:2: it states nothing"),
        (
            "commande,numéro,prestataire\nCMD-1,D,bell\n",
            "x.csv:2: the contract has no provider 'bell'",
        ),
        (
            "commande,numéro,date\nCMD-1,D,hier\n",
            "x.csv:2: 'hier' is no day; write it as 2026-10-05",
        ),
        ("commande,numéro,coût\nCMD-1,D,cher\n", "x.csv:2: 'cher' is no cost; write it as 249,99"),
        ("commande,numéro,fait\nCMD-1,,faux\n", "x.csv:2: 'faux' is no fact of the contract's"),
    ],
)
def test_a_wrong_file_is_told_by_its_line_and_nothing_is_kept(
    tmp_path, sqlite_url, text, problem
) -> None:
    (tmp_path / "vigie.yaml").write_text(f"database: {sqlite_url}\n", encoding="utf-8")
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    config = ("--config", str(tmp_path / "vigie.yaml"))
    ran = run("authorization", "import", str(tmp_path / "x.csv"), *config)
    assert ran.status == 2
    assert problem in ran.error
    assert run("audit", "list", "--json", *config).json == []
