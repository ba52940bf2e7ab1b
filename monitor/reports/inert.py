"""Text of others made harmless where it is written: no formula, no control, no reversed reading."""

import unicodedata

LONGEST = 120
"""Characters shown of a text of others; programs get it whole."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT = frozenset({"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}", "\N{SOFT HYPHEN}"})


def plain(text: str) -> str:
    """One line of visible characters: what controls, or turns reading around, becomes �.

    A right-to-left override makes `gpj.exe` read `exe.jpg`; none is left to.
    """
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(char) in _UNSEEN and char not in _KEPT
        else char
        for char in text
    )


def shown(text: str) -> str:
    """As `plain`, and no longer than a table can hold."""
    line = plain(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def unformula(text: str) -> str:
    """For a CSV that a spreadsheet opens: an apostrophe before it keeps a text from being run."""
    line = plain(text)
    # Blanks before it, a spreadsheet passes over.
    return f"'{line}" if line.lstrip(" \N{NO-BREAK SPACE}").startswith(_FORMULA) else line
