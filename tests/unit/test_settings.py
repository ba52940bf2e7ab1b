from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts.outbox import DeliveryTerms
from monitor.clock import BusinessClock, load_calendar
from monitor.errors import InputError
from monitor.settings import ApiSettings, Settings, load_settings, parse_settings

SOURCE = (
    "{name: t, provider: telus, kind: tmf621-v4, url: 'https://x.example/v4', mapping: tmf621%s}"
)
REPORT = "deliverables: [{commitment: some-report, provider: telus, %s}]"
REPORTS = (
    "deliverables: [{commitment: a, provider: telus, %s}, {commitment: b, provider: telus, %s}]"
)


def problem(text):
    """The one line a text is refused with, without its file and line."""
    with pytest.raises(InputError) as caught:
        parse_settings(text, "vigie.yaml")
    (line,) = str(caught.value).splitlines()
    place, _, rest = line.partition(": ")
    assert place.startswith("vigie.yaml:")
    return rest


def source(more=""):
    return f"sources: [{SOURCE % more}]"


def test_an_empty_file_is_the_embedded_defaults():
    assert parse_settings("", "vigie.yaml") == Settings()
    assert parse_settings("# nothing\n", "vigie.yaml") == Settings()


def test_the_defaults_send_nothing_and_watch_nothing():
    settings = Settings()
    assert (settings.sources, settings.recipients, dict(settings.channels)) == ((), (), {})
    assert settings.http.host == "127.0.0.1"
    assert settings.lang == "fr"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lang: de", "lang: 'de' is not one of the values it may have; write fr or en"),
        ("langue: fr", "langue: is not a key known here; did you mean 'lang'?"),
        ("http: {port: 70000}", "http.port: 70000 is too large; write at most 65535"),
        ("closed_days: {2026-02-30: x}", "closed_days.2026-02-30: "),
        ("contracts: []", "contracts: a list has too few items; list at least 1"),
        ("database: vigie.db", "database: this is not the address of a database; write sqlite:///vigie.db"),
        ("database: mysql://x/y", "database: this is not the address of a database"),
        ("database: 'sqlite:///'", "database: this is not the address of a database"),
        ("database: 'postgresql://u:p@h/n'", "database: a password stands in this file; write {env: NAME} or {file: PATH}"),
        ("database: {env: VIGIE_NO_SUCH}", "database: the environment variable VIGIE_NO_SUCH is not set; set it, or drop it"),
        ("database: {file: no-such}", "database: cannot read no-such: No such file or directory"),
        ("outbox: {lease: 2}", "outbox.lease: "),
        ("outbox: {lease: 2 minutes}", "outbox.lease: '2 minutes' is not a span of time; write '30 s', '5 min', '2 h' or '1 d'"),
        ("outbox: {lease: 0 s}", "outbox.lease: '0 s' is not a span of time"),
        ("retention: {payloads: 90 d}", "retention.payloads: '90 d' is not a term; write '18 months', '7 years' (at most 100) or 'forever'"),
        ("retention: {figures: 101 years}", "retention.figures: '101 years' is not a term"),
        ("retention: {figures: 0 years}", "retention.figures: '0 years' is not a term"),
        ("recipients: [{role: a, channel: mail, address: x}]", "recipients[0].channel: no channel is named 'mail'; define it under channels"),
        ("channels: {mail: {type: console}}\nrecipients: [{role: a, channel: mial, address: x}]", "recipients[0].channel: no channel is named 'mial'; did you mean 'mail'?"),
        ("channels: {c: {type: console}}\norganizations: [{id: MTQ, name: T}]\nrecipients: [{role: a, channel: c, address: x, organization: MTO}]", "recipients[0].organization: 'MTO' is no id under organizations; did you mean 'MTQ'?"),
        ("organizations: [{id: A, name: A}, {id: A, name: B}]", "organizations[A].id: 'A' stands twice; give each its own"),
        (f"sources: [{SOURCE % ''}, {SOURCE % ''}]", "sources[t].name: 't' stands twice; give each its own"),
        ("channels: {c: {type: pigeon}}", "channels.c"),
        ("channels: {c: {type: smtp, sender: a@b}}", "channels.c.host: is missing; add 'host'"),
        ("channels: {c: {type: smtp, host: h, sender: préposé@b}}", "channels.c.sender: 'préposé@b' is not an e-mail address; write it as name@host"),
        ("channels: {c: {type: smtp, host: h, sender: a@b}}\nrecipients: [{role: a, channel: c, address: gestion}]", "recipients[0].address: 'gestion' is not an e-mail address; write it as name@host"),
        ("channels: {c: {type: smtp, host: h, sender: nobody}}", "channels.c.sender: 'nobody' is not an e-mail address; write it as name@host"),
        ("channels: {c: {type: smtp, host: h, sender: a@b, password: hunter2}}", "channels.c.password: a secret does not stand in this file; write {env: NAME} or {file: PATH}"),
        ("channels: {c: {type: smtp, host: h, sender: a@b, ca_file: nowhere.pem}}", "channels.c.ca_file: there is no file nowhere.pem"),
        ("channels: {c: {type: smtp, host: h, sender: a@b, username: u}}", "channels.c: an account is both username and password; give both, or neither"),
        ("channels: {c: {type: pagerduty}}", "channels.c.routing_key: is missing; add 'routing_key'"),
        ("channels: {c: {type: alertmanager, urls: []}}", "channels.c.urls"),
        ("channels: {c: {type: alertmanager, urls: [https://a], resolve_after: 2 min}}", "channels.c: an alert that misses two refreshes would end; make resolve_after at least three times refresh_every"),
        ("channels: {c: {type: webhook, url: http://a.example/x, secret: {file: /etc/hostname}}}", "channels.c: a webhook outside the organisation's network goes over TLS; write https://, or allow_private: true"),
        ("channels: {c: {type: webhook, url: ftp://a/x, secret: {file: /etc/hostname}}}", "channels.c.url: this is not the address of an API"),
        ("channels: {c: {type: files, folder: /nowhere}}", "channels.c.folder: there is no folder /nowhere; make it, or name another"),
        ("channels: {c: {type: files, folder: /tmp}}", "channels.c: an e-mail is from somebody; give sender, or write form: json"),
        ("channels: {c: {type: apprise, url: 'json://x'}}", "channels.c.url: a secret does not stand in this file"),
        ("channels: {c: {type: console, fallback: {after: 1 h}}}", "channels.c.fallback: a fallback is a role, or a channel and an address"),
        ("channels: {c: {type: console, fallback: {channel: d}}}", "channels.c.fallback: a fallback's channel needs an address, and an address a channel"),
        ("channels: {c: {type: console, fallback: {channel: c, address: x}}}", "channels.c.fallback.channel: 'c' is no other channel; define one under channels"),
        ("channels: {c: {type: console, fallback: {role: on-call}}}", "channels.c.fallback.role: no recipient holds the role 'on-call'; give it to one under recipients"),
        ("channels: {c: {type: console, fallback: {channel: m, address: x}}, m: {type: smtp, host: h, sender: a@b}}", "channels.c.fallback.address: 'x' is not an e-mail address; write it as name@host"),
        ("channels: {c: {type: smtp, host: h, sender: a@b, per_hour: 1}}", "channels.c.per_hour: 1 is too small; write at least 2"),
        ("watch: {channel: mail, address: x}", "watch.channel: no channel is named 'mail'; define it under channels"),
        ("channels: {m: {type: smtp, host: h, sender: a@b}}\nwatch: {channel: m, address: x}", "watch.address: 'x' is not an e-mail address; write it as name@host"),
        ("heartbeat: {every: 1 min}", "heartbeat: a heartbeat goes somewhere; give url, alertmanager, or both"),
        ("channels: {c: {type: console}}\nheartbeat: {alertmanager: c}", "heartbeat.alertmanager: 'c' is no channel of type alertmanager; define it under channels"),
        (source(", auth: {type: basic, username: u}"), "sources[t].auth: basic authentication needs username and password"),
        (source(", auth: {type: bearer}"), "sources[t].auth: bearer authentication needs token"),
        (
            f"sources: [{(SOURCE % '').replace('tmf621-v4', 'tmf622-v5').replace('mapping: tmf621', 'mapping: tmf622')}]",
            "sources[t]: kind tmf622-v5 dates orders by creationDate, not orderDate; use tmf622-v5 as its mapping",
        ),
        (source(", auth: {type: oauth2}"), "sources[t].auth: oauth2 authentication needs token_url"),
        (
            source(", auth: {type: oauth2, token_url: https://a.example/token, client_id: vigie}"),
            "sources[t].auth: oauth2 authentication needs client_secret",
        ),
        (
            source(", auth: {type: oauth2, client_secret: clear}"),
            "sources[t].auth.client_secret: a secret does not stand in this file",
        ),
        (source(", tls: {ca_file: nowhere.pem}"), "sources[t].tls.ca_file: there is no file"),
        (source(", kind: soap").replace("kind: tmf621-v4, ", ""), "sources[t]: 'kind: soap' is no kind known here; write tmf621-v4, "),
        (source(", page_size: 0"), "sources[t].page_size: 0 is too small; write at least 1"),
        (source().replace("https", "ftp"), "sources[t].url: this is not the address of an API; write it as https://host/path"),
        (source().replace("https://x", "https://[x"), "sources[t].url: this is not the address of an API"),
        (source().replace("x.example", "u:p@x.example"), "sources[t].url: credentials stand in the address; write them under auth"),
        (source().replace("mapping: tmf621", "mapping: tmf699"), "sources[t].mapping: no mapping named 'tmf699' is shipped"),
        (source().replace("name: t", "name: My Source"), "sources[My Source].name: 'My Source' is not an identifier"),
        (REPORT % "from: 2026-10", "deliverables[0]: from is a month, and without billing_day a report is quarterly; write from as 2026-T3, or add billing_day"),
        (REPORT % "from: 2026-T3, billing_day: 3", "deliverables[0]: from is a quarter, and billing_day is for months; write from as 2026-10, or take billing_day out"),
        (REPORT % "from: 2026-T3, until: 2026-12", "deliverables[0]: until is a month, and without billing_day a report is quarterly; write until as 2026-T3, or add billing_day"),
        (REPORT % "from: 2026-T3, until: 2026-T2", "deliverables[0]: until comes before from; write 2026-T3 or later"),
        (REPORT % "from: october", "deliverables[0].from: 'october' is no period; write a month as 2026-10, a quarter as 2026-T3"),
        (REPORT % "until: 2026-T3", "deliverables[0].from: is missing; add 'from: 2026-10'"),
        (REPORT % "from: 2026-10, billing_day: 32", "deliverables[0].billing_day: 32 is too large; write at most 31"),
        (REPORT % "from: 2026-T3, accounts: []", "deliverables[0].accounts: a list has too few items; list at least 1"),
        (REPORT % "from: 2026-T3, accounts: [a b]", "deliverables[0].accounts[0]: 'a b' does not have the expected form"),
        (REPORT % "from: 2026-T3, organization: MTO" + "\norganizations: [{id: MTQ, name: T}]", "deliverables[0].organization: 'MTO' is no id under organizations; did you mean 'MTQ'?"),
        (REPORTS % ("from: 2026-T1, accounts: [A, B]", "from: 2026-T3, accounts: [C, B]"), "deliverables[1]: its TRIM-2026-T3-B is a report of deliverables[0] too; give it a ref of its own, such as ref: DEPENSES, or other periods"),
        (source().replace("name: t", "name: vigie"), "sources[vigie].name: 'vigie' is the source of what Vigie states itself; give it another name"),
        ("policy: {steps: [{id: a, at: half, notify: [x]}]}", "policy.steps[a].at: "),
        ("places: [{place: X, region: remote, starts_on: '12-15'}]", "places[0]: a season has two ends"),
        ("a: 1\na: 2", "a: "),
        ("[1, 2]", "a list stands where keys are expected; write 'key: value' lines"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_with_its_key_and_remedy(text, message):
    assert message in problem(text)


def test_a_secret_that_is_refused_is_never_repeated():
    for text in (
        "channels: {c: {type: smtp, host: h, sender: a@b, password: hunter2}}",
        "database: postgresql://u:hunter2@h/n",
        source(", auth: {type: bearer, token: hunter2}"),
        source(", auth: {type: bearer, token: [hunter2]}"),
    ):
        assert "hunter2" not in problem(text)


def test_every_problem_is_told_in_the_order_of_the_lines():
    with pytest.raises(InputError) as caught:
        parse_settings("lang: de\nhttp:\n  prt: 1\nurgent_metrics: -1\n", "v.yaml")
    assert [line.split(" ")[0] for line in str(caught.value).splitlines()] == [
        "v.yaml:1:", "v.yaml:3:", "v.yaml:4:",
    ]  # fmt: skip


def test_a_credential_is_a_file_that_systemd_shows_the_service(tmp_path, monkeypatch):
    text = "database: {credential: secret_database}"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(InputError, match="there are no credentials here"):
        parse_settings(text, "vigie.yaml")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "secret_database").write_text("postgresql://v@h/n\n", encoding="utf-8")
    assert parse_settings(text, "vigie.yaml").database == "postgresql://v@h/n"


def test_secrets_come_from_the_environment_or_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "one")
    (tmp_path / "pw").write_text("two\r\n")
    (tmp_path / "vigie.yaml").write_text(
        source(", auth: {type: bearer, token: {env: TOKEN}}")
        + "\nchannels: {c: {type: smtp, host: h, sender: a@b, username: u, password: {file: pw}}}"
    )
    settings = load_settings(tmp_path / "vigie.yaml")
    (api,), channel = settings.sources, settings.channels["c"]
    assert isinstance(api, ApiSettings)
    token = api.auth.token
    assert token is not None
    assert token.get_secret_value() == "one"
    assert channel.type == "smtp"
    assert channel.password is not None
    assert channel.password.get_secret_value() == "two"
    assert "one" not in repr(settings).split()
    assert "two" not in repr(settings)


def test_an_empty_secret_is_refused(monkeypatch):
    monkeypatch.setenv("TOKEN", "")
    assert "the secret is empty" in problem(source(", auth: {type: bearer, token: {env: TOKEN}}"))


def test_a_database_with_a_password_may_come_from_elsewhere_and_is_not_shown(monkeypatch):
    monkeypatch.setenv("DB", "postgresql://u:hunter2@h/n")
    settings = parse_settings("database: {env: DB}", "vigie.yaml")
    assert settings.database == "postgresql://u:hunter2@h/n"
    assert "hunter2" not in repr(settings)


def test_relative_paths_start_at_the_folder_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    path = tmp_path / "etc" / "vigie.yaml"
    path.write_text(
        f"contracts: [mine.yaml, builtin:cspq-mobilite, {tmp_path}/other.yaml]\n"
        "database: sqlite:///v.db\n"
        "channels: {c: {type: smtp, host: h, sender: a@b, ca_file: ca.pem}}"
    )
    for name in ("etc/ca.pem", "etc/mine.yaml", "other.yaml"):
        (tmp_path / name).touch()
    monkeypatch.chdir("/")
    settings = load_settings(path)
    assert settings.contracts == (
        f"{tmp_path}/etc/mine.yaml",
        "builtin:cspq-mobilite",
        f"{tmp_path}/other.yaml",
    )
    assert settings.database == f"sqlite:///{tmp_path}/etc/v.db"
    channel = settings.channels["c"]
    assert channel.type == "smtp"
    assert channel.ca_file == tmp_path / "etc" / "ca.pem"


def test_an_absolute_database_stays_where_it_is(tmp_path):
    (tmp_path / "vigie.yaml").write_text("database: sqlite:////var/lib/vigie/v.db")
    assert load_settings(tmp_path / "vigie.yaml").database == "sqlite:////var/lib/vigie/v.db"


def test_without_a_path_the_folder_is_looked_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_settings(None) == Settings()
    Path("vigie.yaml").write_text("lang: en")
    assert load_settings(None).lang == "en"


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere.yaml", "No such file"), ("folder", "Is a directory")]
)
def test_a_file_that_cannot_be_read_says_how_to_get_one(tmp_path, name, said):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=f"{said}.*vigie init"):
        load_settings(tmp_path / name)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "vigie.yaml").write_bytes(b"lang: \xff\n")
    with pytest.raises(InputError, match="save it as UTF-8"):
        load_settings(tmp_path / "vigie.yaml")


def test_spans_and_dates_are_read():
    settings = parse_settings("outbox: {lease: 90 s}\nclosed_days: {2026-12-23: Tempête}", "v.yaml")
    assert settings.outbox.lease == timedelta(seconds=90)
    assert settings.closed_days == {date(2026, 12, 23): "Tempête"}


def test_delivery_outlasts_the_longest_time_that_offices_are_closed():
    clock = BusinessClock(load_calendar("quebec-support"))
    evenings = [datetime(2017, 1, 1, 22, tzinfo=UTC) + timedelta(days=n) for n in range(12 * 365)]
    longest = max(clock.next_opening(evening) - evening for evening in evenings)
    assert longest > timedelta(days=5)
    assert Settings().outbox.horizon > longest
    assert DeliveryTerms().horizon == Settings().outbox.horizon


def test_reports_are_scheduled_one_an_account():
    settings = parse_settings(
        """\
deliverables:
  - {commitment: billing-report, provider: telus, billing_day: 31, from: 2026-10, accounts: [A, B]}
  - {commitment: quarterly-report, provider: telus, from: 2026-Q3, until: 2026-Q4}
  - {commitment: quarterly-report, provider: telus, from: 2027-T1}
  - {commitment: other-report, provider: telus, from: 2026-T3, ref: DEPENSES, organization: X}
""",
        "vigie.yaml",
    )
    schedules = [one for each in settings.deliverables for one in each.schedules()]
    assert [(each.ref(each.first), each.billing_day, each.organization) for each in schedules] == [
        ("FACT-2026-10-A", 31, None),
        ("FACT-2026-10-B", 31, None),
        ("TRIM-2026-T3", None, None),
        ("TRIM-2027-T1", None, None),
        ("DEPENSES-2026-T3", None, "X"),
    ]


def test_terms_are_months_and_may_have_no_end():
    settings = parse_settings("retention: {payloads: 1 month, figures: forever}", "v.yaml")
    assert (settings.retention.payloads, settings.retention.figures) == (1, None)
    kept = Settings().retention
    assert (kept.payloads, kept.figures) == (18, 7 * 12)


@pytest.mark.parametrize("kept", ["short", "with/slash-in-the-middle", "é" * 30, ""])
def test_a_hubs_secret_must_be_fit_for_an_address(monkeypatch, kept: str) -> None:
    monkeypatch.setenv("HUB_SECRET", kept)
    hub = ", hub: {callback: 'https://vigie.example/', secret: {env: HUB_SECRET}}"
    with pytest.raises(InputError, match=r"sources\[t\]\.hub\.secret: ") as error:
        parse_settings(source(hub), "vigie.yaml")
    assert not kept or kept not in str(error.value)


def test_a_hub_is_given_an_address_that_is_shown_nowhere(monkeypatch) -> None:
    secret = "a-secret-nobody-can-guess"
    monkeypatch.setenv("HUB_SECRET", secret)
    hub = ", hub: {callback: 'https://vigie.example/', secret: {env: HUB_SECRET}}"
    settings = parse_settings(source(hub), "vigie.yaml")
    (found,) = settings.sources
    assert isinstance(found, ApiSettings)
    assert found.hub is not None
    assert found.hub.address == f"https://vigie.example/tmf/listener/{secret}"
    assert secret not in repr(settings)
