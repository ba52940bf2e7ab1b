import re

import pytest

from monitor.alerts.policy import Policy
from monitor.settings import Settings, load_settings
from tests.support.command_line import run
from tests.support.smtp import certificate


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_it_writes_passes_the_check_and_changes_nothing(folder, lang):
    ran = run("init", "--lang", lang)
    assert (ran.status, ran.err) == (0, "")
    assert "vigie check" in ran.out
    found = run("check", "--json").json["items"]
    # The port may be another program's; nothing else depends on the machine.
    assert [each for each in found if each["level"] == "error" and each["item"] != "http"] == []
    assert load_settings(folder / "vigie.yaml") == Settings(
        database=f"sqlite:///{folder / 'vigie.db'}"
    )


def test_its_comments_are_in_the_language_asked_for(folder):
    run("init", "fr.yaml", "--lang", "fr")
    run("init", "en.yaml")
    assert "Rien ne quitte cette machine" in (folder / "fr.yaml").read_text(encoding="utf-8")
    assert "Nothing leaves this machine" in (folder / "en.yaml").read_text(encoding="utf-8")


def _put_to_use(text: str) -> str:
    """The template with its examples uncommented, as its first lines say."""
    lines: list[str] = []
    for line in text.splitlines():
        example = re.match(r"#(?=  |[a-z])(.*)", line)
        if example and re.fullmatch(r"#[a-z_]+:.*", line):
            # A section of its own.
            lines.append(example[1])
            continue
        if example and lines and re.fullmatch(r"[a-z_]+: (\[\]|\{\})", lines[-1]):
            lines[-1] = lines[-1].split(" ")[0]
        lines.append(example[1] if example else line)
    return "\n".join(lines)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_its_examples_are_sound_once_put_to_use(folder, monkeypatch, lang):
    run("init", "--lang", lang)
    path = folder / "vigie.yaml"
    path.write_text(_put_to_use(path.read_text(encoding="utf-8")), encoding="utf-8")
    for name in ("TELUS_TOKEN", "SERVICENOW_PASSWORD", "JIRA_TOKEN"):
        monkeypatch.setenv(name, "secret")
    for name in ("PAGERDUTY_KEY", "WEBHOOK_SECRET", "VIGIE_API_TOKEN", "VIGIE_OIDC_SECRET"):
        monkeypatch.setenv(name, "secret")
    for name in ("TEAMS_URL", "HEARTBEAT_URL"):
        monkeypatch.setenv(name, "https://hooks.example.org/uuid")
    monkeypatch.setenv("SMS_URL", "json://sms.example.org/{address}")
    for name in ("messages", "rapports", "reports"):
        (folder / name).mkdir()
    monkeypatch.setenv("METRICS_TOKEN", "secret")
    (folder / "smtp-password").write_text("secret\n")
    made = certificate(folder)
    made.ca_file.rename(folder / "vigie.pem")
    made.key_file.rename(folder / "vigie.key")
    found = run("check", "--json").json["items"]
    assert [each for each in found if each["level"] == "error" and each["item"] != "http"] == []
    settings = load_settings(path)
    assert [source.name for source in settings.sources] == [
        "telus-tickets",
        "telus-desk",
        "rogers-desk",
        "rogers-export",
    ]
    assert {channel.type for channel in settings.channels.values()} == {
        "smtp", "console", "pagerduty", "alertmanager", "webhook", "teams", "files", "apprise",
    }  # fmt: skip
    # No section is left out, and each says what it says on purpose.
    assert settings.model_fields_set == set(Settings.model_fields)
    assert settings.heartbeat is not None
    assert settings.watch is not None
    assert len(settings.recipients) == 2
    # It says that these are the steps taken by itself.
    assert settings.policy.steps == Policy().steps
    assert settings.places[0].place == "Île Verte"
    assert len(settings.closed_days) == len(settings.organizations) == 1


def test_a_file_that_is_there_is_kept(folder):
    (folder / "vigie.yaml").write_text("mine\n")
    ran = run("init")
    assert ran.status == 2
    assert ran.error == "vigie.yaml: is there already; give another name, or --force to replace it"
    assert (folder / "vigie.yaml").read_text() == "mine\n"


def test_force_replaces_it(folder):
    (folder / "vigie.yaml").write_text("mine\n")
    assert run("init", "--force").status == 0
    assert "mine" not in (folder / "vigie.yaml").read_text(encoding="utf-8")
    assert [path.name for path in folder.iterdir()] == ["vigie.yaml"]


def test_a_folder_gets_a_vigie_yaml(folder):
    (folder / "etc").mkdir()
    assert run("init", "etc").status == 0
    assert (folder / "etc" / "vigie.yaml").exists()


@pytest.mark.parametrize("place", ["nowhere/vigie.yaml", "file/vigie.yaml"])
def test_a_place_that_cannot_be_written_is_one_line(folder, place):
    (folder / "file").touch()
    ran = run("init", place)
    assert ran.status == 2
    assert ran.error.startswith(f"{place}: cannot be written: ")
