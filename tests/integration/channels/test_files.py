import os
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from monitor.alerts.channels.files import FilesChannel, Form
from monitor.alerts.channels.payload import Payload
from monitor.alerts.notification import DeliveryFault, Notification
from tests.support.channels import breach


def files(folder: Path, form: Form = "eml") -> FilesChannel:
    return FilesChannel("files", folder=folder, form=form, sender="vigie@example.org")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_message_is_an_e_mail_of_its_own(tmp_path: Path) -> None:
    told = breach()
    receipt = files(tmp_path).send(told)
    assert names(tmp_path) == [receipt.detail] == [f"20261123T180500-{told.key[:24]}.eml"]
    mail = message_from_bytes((tmp_path / receipt.detail).read_bytes(), policy=policy.default)
    assert mail["Message-ID"] == f"<{told.key}@example.org>"
    assert mail["To"] == "gestion@example.org"


def test_or_json_with_a_text_beside_it(tmp_path: Path) -> None:
    told = breach()
    files(tmp_path, "json").send(told)
    text, data = sorted(tmp_path.iterdir(), key=lambda path: path.suffix, reverse=True)
    assert text.read_text(encoding="utf-8") == f"{told.subject}\n\n{told.text}"
    assert Payload.model_validate_json(data.read_bytes()).id == told.key


def test_sent_again_it_is_the_same_file(tmp_path: Path) -> None:
    files(tmp_path).send(breach())
    files(tmp_path).send(breach())
    assert len(names(tmp_path)) == 1


def test_a_file_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(descriptor: int) -> None:
        assert all(name.startswith(".") for name in names(tmp_path)), "its name before its content"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DeliveryFault, match="No space left on device") as full:
        files(tmp_path).send(breach())
    assert (full.value.permanent, full.value.whole_channel) == (False, True)


def test_a_folder_that_is_gone_may_come_back(tmp_path: Path) -> None:
    with pytest.raises(DeliveryFault, match="No such file or directory") as gone:
        files(tmp_path / "gone").send(breach())
    assert not gone.value.permanent


def test_what_is_no_e_mail_is_refused_for_good(tmp_path: Path) -> None:
    told: Notification = breach(address="comptoir")
    with pytest.raises(DeliveryFault) as refused:
        files(tmp_path).send(told)
    assert refused.value.permanent
    assert names(tmp_path) == []
