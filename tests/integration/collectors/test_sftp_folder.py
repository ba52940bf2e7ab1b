"""Exports on a real SFTP server, whose key must be the one that is known."""

import subprocess

import pytest

from monitor.app.making import collector_of
from monitor.collectors.base import SourceFault
from monitor.collectors.sftp import SftpFolder
from monitor.errors import InputError
from monitor.settings import FolderSettings
from tests.support.folders import Depot, row, settings
from tests.support.sftp import sftp_server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with sftp_server(tmp_path_factory.mktemp("sftp")) as running:
        yield running


@pytest.fixture
def depot(server):
    for path in sorted(server.folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    made = Depot(server.folder)
    made.changes = {"folder": None, "sftp": server.settings()}
    return made


def check(**changes):
    collector = collector_of(settings(None, **changes))
    try:
        return collector.check()
    finally:
        collector.close()


def test_files_are_read_reported_on_and_archived_there(server, depot):
    depot.changes["archive"] = "traites"
    depot.put("a.csv", row("D-1"), row("D-2", category="?"))
    depot.look_twice()
    assert depot.memory.refs == {"D-1"}
    names = sorted(str(path.relative_to(server.folder)) for path in server.folder.rglob("*"))
    assert names == ["a.csv.rejected.csv", "traites", "traites/a.csv"]
    depot.put("a.csv", row("D-3"))
    depot.look_twice()
    assert depot.memory.refs == {"D-1", "D-3"}
    names = sorted(str(path.relative_to(server.folder)) for path in server.folder.rglob("*"))
    assert names == ["traites", "traites/a-2.csv", "traites/a.csv"]


def test_the_whole_key_will_do_as_well_as_its_fingerprint(server, depot):
    depot.changes["sftp"] = server.settings(host_key=server.host_key)
    depot.put("a.csv", row("D-1"))
    depot.look_twice()
    assert depot.memory.refs == {"D-1"}


def test_a_server_with_another_key_is_not_logged_in_to(server, depot):
    other = "SHA256:" + "A" * 43
    with pytest.raises(SourceFault, match="which is not the one in sftp") as caught:
        check(sftp=server.settings(host_key=other))
    assert caught.value.kind == "host_key"
    assert server.fingerprint in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"username": "nobody-here"}, "auth", "does not let nobody-here in"),
        (
            {"folder": "/no/such/folder"},
            "not_found",
            "/no/such/folder: is not there; check sftp.folder",
        ),
        ({"port": 1}, "unreachable", "the connection failed"),
        ({"host": "no-such-host.invalid"}, "unreachable", "the connection failed"),
    ],
)
def test_what_is_wrong_is_a_fault_that_names_it(server, depot, changes, kind, said):
    with pytest.raises(SourceFault) as caught:
        check(sftp=server.settings(**changes))
    assert caught.value.kind == kind
    assert said in str(caught.value)


def test_a_wrong_password_is_refused_and_never_repeated(server, depot, monkeypatch):
    monkeypatch.setenv("SFTP_PASSWORD", "hunter2")
    account = server.settings(password={"env": "SFTP_PASSWORD"})
    del account["key_file"]
    with pytest.raises(SourceFault) as caught:
        check(sftp=account)
    assert caught.value.kind == "auth"
    assert "hunter2" not in str(caught.value)


def test_a_connection_that_breaks_is_a_fault_and_the_next_poll_has_another(
    server, depot, monkeypatch
):
    depot.put("a.csv", row("D-1"))
    depot.poll()
    real = SftpFolder.copy

    def broken(self, entry, to):
        self._client.get_channel().get_transport().sock.close()
        return real(self, entry, to)

    with monkeypatch.context() as patched:
        patched.setattr(SftpFolder, "copy", broken)
        with pytest.raises(SourceFault) as caught:
            depot.poll()
    assert caught.value.kind == "unreachable"
    depot.poll()
    assert depot.memory.refs == {"D-1"}


def test_a_protected_key_needs_its_passphrase(server, tmp_path, monkeypatch):
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", key], check=True)
    with pytest.raises(InputError, match="protected by a passphrase"):
        check(sftp=server.settings(key_file=str(key)))
    key.write_text("no key")
    with pytest.raises(InputError, match="cannot be read as a private key"):
        check(sftp=server.settings(key_file=str(key)))


def test_a_host_key_must_be_given(server):
    account = server.settings()
    del account["host_key"]
    with pytest.raises(ValueError, match="host_key"):
        FolderSettings.model_validate(
            {**settings(server.folder).model_dump(), "folder": None, "sftp": account}
        )
