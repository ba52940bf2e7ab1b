"""What is reported back beside a file: the rows that could not be read, and why, in French."""

import csv
import io
from collections.abc import Sequence

from monitor.locale import language
from monitor.locale.marking import N_, Said, told

_MOST = 1000
"""Rows that are told one by one."""
_FORMULA = ("=", "+", "-", "@")


class Rejections:
    """The rejected rows of one file, as they are met."""

    def __init__(self) -> None:
        self.count = 0
        self.nameless = 0
        """Rows whose case is not known."""
        self._rows: list[tuple[int | None, str | None, str]] = []

    def add(self, number: int | None, ref: str | None, reason: str) -> None:
        """`number` None: the file itself."""
        self.count += 1
        self.nameless += number is not None and ref is None
        if len(self._rows) < _MOST:
            self._rows.append((number, ref, reason))

    def report(self) -> bytes | None:
        """As CSV that a spreadsheet opens by itself; None: every row was read.

        Only number, reference and reason stand there, nothing else of the row.
        """
        if not self.count:
            return None
        french = language("fr").gettext
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(("ligne", "référence", "motif"))
        for number, ref, reason in self._rows:
            writer.writerow(_safe(("" if number is None else number, ref, told(reason, french))))
        if self.count > len(self._rows):
            writer.writerow(("", "", f"… et {self.count - len(self._rows)} autres lignes"))
        return b"\xef\xbb\xbf" + text.getvalue().encode()


def file_reason(name: str, reason: Said) -> Said:
    """Why a whole file is set aside."""
    return Said(N_("file {file}: {reason}"), file=name, reason=reason)


def _safe(cells: Sequence[object]) -> list[str]:
    """Without what a spreadsheet would take for a formula."""
    texts = ["" if cell is None else str(cell) for cell in cells]
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]
