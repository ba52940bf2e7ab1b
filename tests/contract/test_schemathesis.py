"""schemathesis asks the real server what its OpenAPI document allows, and what it does not."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.access import Scope, digest_of
from monitor.store.database import open_database
from monitor.web.server import WebServer
from tests.support.board import ACT, BoardScene

pytest.importorskip("schemathesis")

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)


def test_no_answer_is_other_than_the_document_says(sqlite_url: str, tmp_path: Path) -> None:
    scene = BoardScene(open_database(sqlite_url), tmp_path)
    scene.stated("TT-1", "TT-2")
    ends_at = scene.now + timedelta(days=1)
    scene.accounts.add_token(
        "essai", digest_of("t"), [Scope.ADMINISTER], ACT, at=scene.now, ends_at=ends_at
    )
    with WebServer(scene.app, "127.0.0.1", 0) as server:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run"),
                f"{server.url}/api/v1/openapi.json",
                *("--header", "Authorization: Bearer t"),
                *("--checks", CHECKS),
                *("--phases", "fuzzing", "--max-examples", "3", "--seed", "1"),
                # Says nothing until something changes.
                *("--exclude-path", "/events"),
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
    scene.close()
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    selected = re.search(r"(\d+) selected / (\d+) total", ran.stdout)
    assert selected is not None
    assert int(selected[1]) == int(selected[2]) - 1
