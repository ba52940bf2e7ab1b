"""The sources that the documentation shows are sound, whole as they stand there."""

import re
from pathlib import Path

import pytest

from monitor.settings import parse_settings

TEXT = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(sources:\n.*?)```", TEXT, re.DOTALL)
EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))


def test_there_is_one_for_each_way_to_read():
    kinds = re.findall(r"^    kind: ([\w-]+)", "".join(BLOCKS), re.MULTILINE)
    assert {"files", "imap", "servicenow", "jira"} < set(kinds)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_source_that_is_shown_is_sound(block, tmp_path, monkeypatch):
    for name in re.findall(r"\{env: (\w+)\}", block):
        monkeypatch.setenv(name, "secret")
    for name in re.findall(r"\{file: ([\w-]+)\}", block):
        (tmp_path / name).write_text("a-secret-of-some-length")
    assert parse_settings(block, str(tmp_path / "vigie.yaml")).sources


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_sound(path, tmp_path):
    assert parse_settings(path.read_text(encoding="utf-8"), str(tmp_path / "vigie.yaml")).sources
