from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs: an empty folder, so that no configuration is found by chance."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
