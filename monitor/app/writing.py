"""A report's files, put where somebody will look for them."""

import os
from pathlib import Path

from monitor.errors import InputError
from monitor.locale.marking import N_, Said
from monitor.reports.forms import Made


def write_file(folder: Path, file: Made) -> Path:
    """Write all of a file or nothing: what was there before stays until the new one is whole.

    Raises:
        InputError: it cannot be written.
    """
    path = folder / file.name
    draft = folder / f".{file.name}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(file.content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(
            N_("{path}: cannot be written: {reason}"),
            path=str(path),
            reason=Said(error.strerror or ""),
        ) from None
    return path
