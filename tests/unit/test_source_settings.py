"""What `sources:` says of files: every mistake is one line with its key and what would be right."""

import pytest

from monitor.errors import InputError
from monitor.settings import FolderSettings, parse_settings

FILES = """\
sources:
- name: t
  provider: telus
  kind: files
  folder: depot
  export: snapshot
  stale_after: 1 d
  mapping:
    case_kind: ticket
    time_formats: ["%d/%m/%Y"]
    columns: {ref: No dossier, received_at: Reçu, status: État, category: "Une \\"nature\\""}
    status_map: {Reçu: acknowledged}
    category_map: {Panne: outage}
"""
SFTP = "sftp: {host: h, username: u, folder: /d, password: {env: SFTP}, host_key: 'SHA256:%s'}" % (
    "A" * 43
)


def problem(text):
    with pytest.raises(InputError) as caught:
        parse_settings(text, "vigie.yaml")
    (line,) = str(caught.value).splitlines()
    _, _, rest = line.partition(": ")
    return rest


def test_columns_are_expressions_that_lead_to_them():
    (source,) = parse_settings(FILES, "vigie.yaml").sources
    assert isinstance(source, FolderSettings)
    assert source.mapping.fields.ref == '"No dossier"'
    assert source.mapping.fields.category == '"Une \\"nature\\""'
    assert source.as_of == "modified"


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("folder: depot", "", "sources[t]: files lie in a folder or on a server; give either folder or sftp"),
        ("folder: depot", "folder: depot\n  " + SFTP, "sources[t]: files lie in a folder or on a server; give either folder or sftp"),
        ("folder: depot", SFTP.replace("SHA256", "MD5"), "sources[t].sftp.host_key: this is not the key of a server; ask who runs it for SHA256:…, or for the line of ssh-keyscan"),
        ("folder: depot", SFTP.replace("password: {env: SFTP}", "password: hunter2"), "sources[t].sftp.password: a secret does not stand in this file; write {env: NAME} or {file: PATH}"),
        ("folder: depot", SFTP.replace("password: {env: SFTP}, ", ""), "sources[t].sftp: an account is opened by a password or by a key_file; give one"),
        ("export: snapshot", "export: all", "sources[t].export: 'all' is not one of the values it may have; write snapshot or changes"),
        ("stale_after: 1 d", "", "sources[t].stale_after: is missing; add 'stale_after'"),
        ("export: snapshot", "export: snapshot\n  as_of: 'x-%Y%m%d.csv'", "sources[t].as_of: a name that gives no day, hour and minute does not say what an export knows of; write %Y %m %d %H %M once each"),
        ("export: snapshot", "export: snapshot\n  as_of: 'x-%y.csv'", "sources[t].as_of: '%y' cannot be used; write with %Y %m %d %H %M %S and *"),
        ("export: snapshot", "export: snapshot\n  as_of: {column: ''}", "sources[t].as_of.column: '' is too short; write something there"),
        ("export: snapshot", "export: snapshot\n  archive: .", "sources[t]: archive is the folder itself; name another one"),
        ("export: snapshot", "export: snapshot\n  format: {separator: ab}", "sources[t].format.separator: 'ab' does not have the expected form"),
        ("export: snapshot", "export: snapshot\n  url: https://x", "sources[t].url: is not a key known here"),
        ('"%d/%m/%Y"', '"%d %B"', "sources[t].mapping.time_formats[0]: '%B' cannot be used; write with %d %m %Y %y %H %I %M %S %f %p %z"),
        ("case_kind: ticket", "case_kind: ticket\n    fields: {ref: a}", "sources[t].mapping: 'ref' is in columns and in fields; keep it in one"),
        ("ref: No dossier", "reff: No dossier", "sources[t].mapping: columns has 'reff', which is no fact; did you mean 'ref'?"),
        ("status: État, ", "", "sources[t].mapping: columns lead to no status; name the column that states it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(written, instead, message, monkeypatch):
    monkeypatch.setenv("SFTP", "secret")
    assert FILES.count(written) == 1
    found = problem(FILES.replace(written, instead))
    assert found.startswith(message)
    assert "hunter2" not in found


def test_a_host_key_may_be_a_line_of_known_hosts(monkeypatch):
    monkeypatch.setenv("SFTP", "secret")
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHWQNhlSAHuhEpE1"
    for line in (key, f"server.example {key}", f"{key} root@server"):
        account = SFTP.replace(f"SHA256:{'A' * 43}", line)
        (source,) = parse_settings(FILES.replace("folder: depot", account), "vigie.yaml").sources
        assert isinstance(source, FolderSettings)
        assert source.sftp is not None
        assert source.sftp.host_key == key
        assert source.location == "sftp://h:22/d"


MAILBOX = """\
sources:
- name: t
  provider: telus
  kind: imap
  host: imap.example.org
  username: sla
  password: {env: IMAP}
  stale_after: 3 d
  rules:
  - from: "*@telus.example"
    subject: 'Billet (?P<ref>\\S+) : (?P<status>.+)'
  mapping:
    case_kind: ticket
    fields: {ref: ref, received_at: received_at, status: status, category: category}
    status_map: {Reçu: acknowledged}
    category_map: {Panne: outage}
"""


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("host: imap.example.org", "host: imap.example.org\n  security: none", "sources[t]: a password is not sent without TLS; set security to starttls or tls"),
        ("password: {env: IMAP}", "password: hunter2", "sources[t].password: a secret does not stand in this file; write {env: NAME} or {file: PATH}"),
        ("(?P<ref>", "(?P<ref", "sources[t].rules[0].subject: this is not a regular expression ("),
        ('from: "*@telus.example"', "sender: x", "sources[t].rules[0].from: is missing; add 'from'"),
        ("stale_after: 3 d", "", "sources[t].stale_after: is missing; add 'stale_after'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mailbox_is_one_line(written, instead, message, monkeypatch):
    monkeypatch.setenv("IMAP", "secret")
    assert MAILBOX.count(written) == 1
    with pytest.raises(InputError) as caught:
        parse_settings(MAILBOX.replace(written, instead), "vigie.yaml")
    found = str(caught.value)
    assert message in found
    assert "hunter2" not in found
