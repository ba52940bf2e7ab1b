"""What a text file is encoded in, found out from the whole of it."""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from monitor.collectors.table import CutShort, UnreadableFile
from monitor.locale.marking import N_

_CHUNK = 64 * 1024
_SAMPLE = 4096


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` is Python's, that takes off a byte-order mark; `name` is for people."""

    codec: str
    name: str
    ended: bool
    """The last line has a line end."""


def encoding_of(stream: BinaryIO, declared: str | None) -> Encoding:
    """Read the file through and tell its encoding, of UTF-8, UTF-16 and Windows-1252.

    A byte-order mark says it. Without one, what is wholly UTF-8 is that, for other encodings'
    accents hardly ever are; zero bytes tell UTF-16. What begins as UTF-8 and breaks is refused,
    not taken for Windows-1252, in which anything at all can be read.

    Args:
        stream: the file, open for seeking.
        declared: the encoding it is said to be in, which it then must be.

    Raises:
        CutShort: it is empty, or ends within a character.
        UnreadableFile: it is in none of them, or not in the declared one.
    """
    stream.seek(0)
    sample = stream.read(_SAMPLE)
    if not sample:
        raise CutShort(N_("it is empty"))
    if declared is None:
        candidates = _candidates(sample)
    elif declared == "utf-16":
        candidates = (_byte_order(sample) or "utf-16-le",)
    else:
        candidates = ("utf-8-sig" if declared == "utf-8" else declared,)
    failure: _Failure | None = None
    for codec in candidates:
        outcome = _try(stream, codec)
        if isinstance(outcome, Encoding):
            return outcome
        failure = outcome
        if outcome.cut_short or outcome.accents:
            break
    assert failure is not None  # noqa: S101 - there is always a candidate
    if failure.cut_short:
        raise CutShort(N_("it ends in the middle of a character"))
    raise UnreadableFile(
        N_("byte {byte} at position {position} is not {encoding}; tell what it is by format"),
        byte=f"0x{failure.byte:02x}",
        position=failure.position,
        encoding=_NAMES[failure.codec],
    )


_NAMES = {
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}


@dataclass(frozen=True, slots=True)
class _Failure:
    codec: str
    position: int
    byte: int
    cut_short: bool
    accents: bool
    """Accents were read well before it: the encoding is right and the file is broken."""


def _candidates(sample: bytes) -> tuple[str, ...]:
    if sample.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    order = _byte_order(sample)
    return ("utf-8-sig", "cp1252") if order is None else (order,)


def _byte_order(sample: bytes) -> str | None:
    """Which UTF-16 it is; None: it does not look like it."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = len(sample) // 2
    for offset, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Western text has a zero in nearly every pair, and in its upper half.
        if pairs and sample[offset::2].count(0) * 10 >= pairs * 7:
            return codec
    return None


def _try(stream: BinaryIO, codec: str) -> Encoding | _Failure:
    decoder = codecs.getincrementaldecoder(codec)()
    stream.seek(0)
    position, last, accents = 0, "", False
    while True:
        chunk = stream.read(_CHUNK)
        held = decoder.getstate()[0]
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            # Without the end, what a decoder holds back of a character is all that is wrong.
            accents = accents or not error.object[: error.start].isascii()
            return _Failure(
                codec,
                position - len(held) + error.start,
                error.object[error.start],
                cut_short=not chunk,
                accents=accents,
            )
        accents = accents or not text.isascii()
        last = text[-1:] or last
        if not chunk:
            name = f"{_NAMES[codec]}"
            return Encoding(codec, name, ended=last in ("\n", "\r"))
        position += len(chunk)
