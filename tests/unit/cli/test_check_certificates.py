from datetime import UTC, datetime, timedelta

import pytest

from monitor.cli.checks import Level, _held
from tests.support.command_line import run
from tests.support.smtp import certificate

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def checked(folder, tls):
    (folder / "vigie.yaml").write_text(f"http: {{port: 0, tls: {tls}}}\n", encoding="utf-8")
    ran = run("check", "--json")
    return ran.status, [each for each in ran.json["items"] if each["item"] == "certificate"]


def test_a_certificate_about_to_end_is_told_and_one_without_its_key_is_wrong(
    tmp_path_factory, folder
):
    made = certificate(tmp_path_factory.mktemp("one"))
    other = certificate(tmp_path_factory.mktemp("two"))
    status, (found,) = checked(folder, f"{{cert_file: {made.ca_file}, key_file: {made.key_file}}}")
    assert (status, found["level"]) == (0, "warning")
    assert found["message"].startswith("http.tls: the certificate holds 1 day more, until 20")
    status, (found,) = checked(folder, f"{{cert_file: {made.ca_file}, key_file: {other.key_file}}}")
    assert (status, found["level"]) == (2, "error")
    assert "are no certificate with its key" in found["message"]


@pytest.mark.parametrize(
    ("since", "until", "level"),
    [
        (-90, -1, Level.ERROR),
        (1, 90, Level.ERROR),
        (-60, 29, Level.WARNING),
        (-60, 31, Level.OK),
    ],
)
def test_the_days_it_holds_for(since, until, level):
    day = timedelta(days=1)
    found = _held("http.tls", NOW + since * day, NOW + until * day, NOW)
    assert found.level is level
    assert found.message.startswith("http.tls: the certificate ")
