"""`vigie source add` and the key of a real SFTP server: fetched, shown, confirmed."""

from pathlib import Path

import pytest

from monitor.cli import source_questions
from monitor.settings import FolderSettings, load_settings
from tests.support.command_line import run
from tests.support.services import free_port
from tests.support.sftp import SftpServer, sftp_server

MAPPING = """\
mapping:
  case_kind: ticket
  columns: {ref: a, received_at: b, status: c, category: d}
  status_map: {x: closed}
  category_map: {x: incident}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with sftp_server(tmp_path_factory.mktemp("sftp")) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.yaml").write_text(MAPPING)
    (tmp_path / "vigie.yaml").write_text("lang: fr\n")
    return tmp_path


def arguments(server: SftpServer, port: int | None = None) -> tuple[str, ...]:
    return (
        "source", "add", "depot", "--provider", "rogers", "--kind", "files", "--host", "127.0.0.1",
        "--port", str(port or server.port), "--username", server.username, "--key-file",
        str(server.key_file), "--folder", str(server.folder), "--export", "snapshot",
        "--stale-after", "3 h", "--mapping", "new.yaml",
    )  # fmt: skip


def test_a_key_that_is_confirmed_is_pinned(server, folder, monkeypatch) -> None:
    monkeypatch.setattr(source_questions, "_asks", lambda: True)
    ran = run(*arguments(server), stdin="y\n")
    assert ran.status == 0, ran.err
    assert f"shows the key {server.fingerprint} (ssh-ed25519)" in ran.err
    (source,) = load_settings(None).sources
    assert isinstance(source, FolderSettings)
    assert source.sftp is not None
    assert source.sftp.host_key == server.fingerprint
    # With it, the server lets us in.
    checked = run("source", "check", "depot")
    assert checked.status == 0, checked.out


def test_a_key_that_is_not_the_right_one_is_not_written(server, folder, monkeypatch) -> None:
    monkeypatch.setattr(source_questions, "_asks", lambda: True)
    ran = run(*arguments(server), stdin="n\n")
    assert ran.status == 2
    assert "not confirmed" in ran.err
    assert (folder / "vigie.yaml").read_text() == "lang: fr\n"


def test_where_nobody_can_confirm_it_is_shown_and_refused(server, folder) -> None:
    ran = run(*arguments(server))
    assert ran.status == 2
    assert server.fingerprint in ran.error
    assert (folder / "vigie.yaml").read_text() == "lang: fr\n"


def test_a_server_that_is_not_there_is_said(server, folder) -> None:
    ran = run(*arguments(server, free_port()))
    assert "cannot be fetched" in ran.error
