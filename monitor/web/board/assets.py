"""Files of ours that pages need: their addresses change with their content."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import current_app, url_for

STATIC: Final = Path(__file__).parent.parent / "static"


def has_board() -> bool:
    """Whether the application at hand has the board, and its files."""
    return "board.static" in current_app.view_functions


def asset(name: str) -> str:
    """The address of a file, which may be kept for as long as it is asked for."""
    return url_for("board.static", version=_version_of(name), name=name)


@cache
def _version_of(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]
