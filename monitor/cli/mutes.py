"""Why nobody is told of an obligation, in the language being spoken."""

from monitor.cli.words import spoken
from monitor.shown import mutes


def mute_word(kind: str) -> str:
    """In the language being spoken."""
    return mutes.mute_word(kind, spoken())
