"""The dashboards as files: whole, of one make, and such as Grafana takes them."""

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboards import colours
from dashboards.alerts import ALERTS, RECORDINGS
from dashboards.generate import HERE, PAGES, files
from dashboards.page import WIDTH
from monitor.metrics.catalogue import METRICS
from monitor.metrics.metric import Kind
from tests.support.services import require

FILES = sorted((HERE / "json").glob("*.json"))
UIDS = ["vigie-ensemble", "vigie-exploitation", "vigie-livraisons", "vigie-prestataire"]
_NAME = re.compile(r"\b(?:vigie|process)[_:][a-z_:]+")


def test_writing_them_anew_makes_no_difference() -> None:
    for path, text in files():
        assert path.read_text(encoding="utf-8") == text, path.name
    assert {path.stem for path in FILES} == set(UIDS)


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def dashboard(request: pytest.FixtureRequest) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    assert read["uid"] == request.param.stem
    return read


def queried(dashboard: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def test_panels_have_numbers_of_their_own_and_say_what_they_ask(dashboard) -> None:
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    for panel in queried(dashboard):
        assert panel["title"]
        assert "?" in panel["description"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs)) >= 1
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert not target["exemplar"]
            assert target.get("instant", False) != target.get("range", False)


def test_no_panel_lies_on_another(dashboard) -> None:
    taken: dict[tuple[int, int], int] = {}
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= WIDTH
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["id"]) == panel["id"]


def test_queries_ask_for_what_there_is(dashboard) -> None:
    known = {name for metric in METRICS for name in _sample_names(metric)}
    known |= {"process_resident_memory_bytes", "process_cpu_seconds_total"}
    for panel in queried(dashboard):
        for target in panel["targets"]:
            assert set(_NAME.findall(target["expr"])) <= known, panel["title"]


def _sample_names(metric: Any) -> Iterator[str]:
    yield metric.name
    if metric.kind is Kind.HISTOGRAM:
        yield from (f"{metric.name}{end}" for end in ("_bucket", "_sum", "_count"))


def test_rules_ask_for_what_there_is() -> None:
    known = {name for metric in METRICS for name in _sample_names(metric)}
    known |= {each.name for each in RECORDINGS}
    for each in (*RECORDINGS, *ALERTS):
        assert set(_NAME.findall(each.expr)) <= known, each.name


def test_every_colour_is_one_of_those_that_are_told_apart(dashboard) -> None:
    palette = {value for value in vars(colours).values() if isinstance(value, str)}
    shown = set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(dashboard)))
    assert shown <= palette


def test_they_lead_to_one_another_and_to_what_to_do(dashboard) -> None:
    addresses = [link["url"] for link in dashboard["links"]]
    others = {f"/d/{uid}" for uid in UIDS if uid != dashboard["uid"]}
    assert set(addresses) == {*others, "${board}", "${runbooks}"}
    for text in re.findall(r"/d/([a-z-]+)", json.dumps(dashboard)):
        assert text in UIDS


def test_variables_are_those_that_queries_use(dashboard) -> None:
    named = {variable["name"] for variable in dashboard["templating"]["list"]}
    text = json.dumps(dashboard)
    # `$__…` are Grafana's own.
    used = set(re.findall(r"\$\{?([a-z]+)\b", text))
    assert used <= named
    assert named <= used


def test_a_page_about_providers_shows_their_breaches(dashboard) -> None:
    drawn = [each["name"] for each in dashboard.get("annotations", {}).get("list", [])]
    named = {variable["name"] for variable in dashboard["templating"]["list"]}
    assert drawn == (["Manquements"] if "provider" in named else [])


def test_every_alert_is_told_in_both_languages_with_what_to_do() -> None:
    folder = HERE.parent / "docs" / "runbooks"
    for alert in ALERTS:
        assert alert.summary != alert.summary_en
        assert alert.description != alert.description_en
        text = (folder / f"{alert.name}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {alert.name}: ")
        assert "**What to do**" in text
    assert {path.stem for path in folder.glob("*.md")} == {alert.name for alert in ALERTS}


def test_rules_hold_when_they_should_and_else_not() -> None:
    promtool = require("promtool", package="prometheus")
    tested = subprocess.run(
        [promtool, "test", "rules", str(HERE / "rules" / "vigie.test.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_has_a_test_in_which_it_fires() -> None:
    text = (HERE / "rules" / "vigie.test.yml").read_text(encoding="utf-8")
    assert [alert.name for alert in ALERTS if alert.name not in text] == []


def test_the_wheel_brings_them(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder  # noqa: PLC0415 - slow, and for this alone

    builder = WheelBuilder(str(HERE.parent))
    (wheel,) = builder.build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        rules = archive.read("monitor/dashboards/rules/vigie.yml")
    assert {f"monitor/dashboards/json/{uid}.json" for uid in UIDS} <= names
    assert rules == (HERE / "rules" / "vigie.yml").read_bytes()
    assert not [name for name in names if name.startswith("dashboards/")]


def test_pages_are_named_as_their_files() -> None:
    assert sorted(page.uid for page in PAGES) == UIDS
