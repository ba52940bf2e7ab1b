"""Programs that a system package brings: found, or their absence made visible."""

import os
import shutil
import socket
from pathlib import Path
from typing import NoReturn

import pytest


def require(program: str, *, package: str | None = None, under: str | None = None) -> Path:
    """Where `program` is, on the path or in a folder matching the pattern `under`.

    Where it is missing the test is skipped, saying so; with VIGIE_REQUIRE_SERVICES=1 it fails.
    """
    # An ordinary user's path leaves out where Debian keeps some of them.
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found:
        return Path(found)
    if under:
        root, pattern = under.split("/*", 1)
        matches = sorted(Path(root).glob(f"*{pattern}/{program}"), reverse=True)
        if matches:
            return matches[0]
    return absent(f"{program} is missing: apt-get install {package or program}")


def absent(reason: str) -> NoReturn:
    """Skip the test, or fail it where services are required."""
    if os.environ.get("VIGIE_REQUIRE_SERVICES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """A TCP port on loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
