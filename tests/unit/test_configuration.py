import pytest

from monitor.configuration import load_configuration
from monitor.errors import InputError

SOURCES = """\
sources:
  - name: tickets
    provider: {provider}
    kind: tmf621-v4
    url: https://x.example/v4
    mapping:
      use: tmf621
      category_map:
        Incident: incident
        {categories}
"""


@pytest.fixture
def configured(tmp_path):
    def load(text):
        (tmp_path / "vigie.yaml").write_text(text, encoding="utf-8")
        return load_configuration(tmp_path / "vigie.yaml")

    return load


def test_settings_and_contract_that_agree_are_given_together(configured):
    configuration = configured(
        SOURCES.format(provider="telus", categories="Panne: outage")
        + "channels: {screen: {type: console}}\n"
        + "recipients: [{role: contract-manager, channel: screen, address: me, provider: rogers}]\n"
    )
    assert configuration.settings.sources[0].name == "tickets"
    assert configuration.book.id == "cspq-mobilite"


def test_the_operators_days_and_places_reach_the_contract(configured):
    book = configured(
        "closed_days: {2026-11-25: Tempête}\nplaces: [{place: Laval, region: remote}]"
    ).book
    version = book.versions[-1]
    assert any(h.name_fr == "Tempête" for h in book.calendar(version, "quebec-days").holidays)
    places = book.places(version)
    assert places is not None
    assert places.region_of("Laval").region == "remote"


def test_every_disagreement_is_told_at_its_line(configured):
    with pytest.raises(InputError) as caught:
        configured(
            SOURCES.format(provider="bell", categories="Panne: outages")
            + "policy:\n  steps:\n"
            + "    - {id: one, at: breach, notify: [contract-manager], commitments: [outage]}\n"
            + "    - {id: two, at: breach, notify: [nobody-known]}\n"
            + "channels: {screen: {type: console}}\n"
            + "recipients:\n"
            + "  - {role: contract-manager, channel: screen, address: me, provider: tellus}\n"
        )
    lines = [line.partition("vigie.yaml:")[2] for line in str(caught.value).splitlines()]
    told = {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}
    assert told["3"].startswith("sources[tickets].provider: the contract has no provider 'bell'")
    assert "'Panne' leads to 'outages', on which the contract owes nothing" in told["10"]
    assert told["13"].startswith(
        "policy.steps[one].commitments[0]: no commitment is named 'outage'"
    )
    assert "nobody-known" in told["14"]
    assert told["17"].endswith("no provider is named 'tellus'; did you mean 'telus'?")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("commitment: bilings-report, provider: telus, from: 2026-T3", "deliverables[0].commitment: the contract promises no deliverable 'bilings-report'; did you mean 'billing-report'?"),
        ("commitment: number-change, provider: telus, from: 2026-T3", "deliverables[0].commitment: the contract promises no deliverable 'number-change'; write one of: billing-report, quarterly-report"),
        ("commitment: quarterly-report, provider: telis, from: 2026-T3", "deliverables[0].provider: the contract has no provider 'telis'; did you mean 'telus'?"),
        ("commitment: quarterly-report, provider: telus, from: 2015-T3", "deliverables[0].from: 2015-T3 ends before the contract's first version, of 2017-01-01; write 2017-T1 or later"),
    ],
)  # fmt: skip
def test_reports_that_the_contract_does_not_promise_are_told(configured, entry, message):
    with pytest.raises(InputError) as caught:
        configured(f"deliverables: [{{{entry}}}]")
    (line,) = str(caught.value).splitlines()
    assert line.endswith(message)


def test_a_wrong_contract_is_told_before_what_rests_on_it(configured, tmp_path):
    (tmp_path / "mine.yaml").write_text("id: x\n")
    with pytest.raises(InputError) as caught:
        configured("contracts: [mine.yaml]\npolicy: {providers: [nobody]}")
    assert all(f"{tmp_path}/mine.yaml:1:" in line for line in str(caught.value).splitlines())
