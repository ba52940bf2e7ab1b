"""Names of places as people write them, brought to one form; postal codes found among them."""

import re
import unicodedata

_POSTAL_CODE = re.compile(r"\b([A-Z]\d[A-Z])(?:[ \t-]?(\d[A-Z]\d))?\b", re.IGNORECASE)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_ARTICLES = frozenset(
    {"le", "la", "les", "l", "de", "du", "des", "d", "au", "aux", "a", "the", "of"}
)
_SAME_WORD = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "isle": "ile",
    "isles": "iles",
    "mt": "mont",
}
_OFFICIAL = re.compile(
    r"^(?:ville|municipalite|paroisse|canton|village(?: nordique| cri| naskapi)?|reserve"
    r"|municipality|city|town|village) (?:of|de la|de l|du|des|de|d) "
)
_PROVINCE = frozenset({"qc", "pq", "que", "quebec", "province de quebec", "canada", "ca"})


def plain(name: str) -> str:
    """Without accents, case, hyphens or other signs: `L'Île-d'Entrée` is `l ile d entree`."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", kept).strip()


def key_of(name: str) -> str:
    """What all spellings of a name share: as `plain`, and without articles or abbreviations.

    Two different names may share it (`L'Isle-Verte`, `Île Verte`); `plain` then tells them apart.
    """
    words = [_SAME_WORD.get(word, word) for word in _OFFICIAL.sub("", plain(name)).split()]
    return " ".join([word for word in words if word not in _ARTICLES] or words)


def postal_code_in(text: str) -> str | None:
    """The last Canadian postal code in a text, `G0G 1J0`, or its first half alone, `G5B`."""
    found = None
    for match in _POSTAL_CODE.finditer(text):
        found = " ".join(part.upper() for part in match.groups() if part)
    return found


def names_in(text: str) -> list[str]:
    """The names a text may mean, the most likely first.

    The whole text, then what stands before a parenthesis, comma or slash and what follows it; the
    province, the country and a postal code are left out, except where nothing else is there:
    `Natashquan, Québec` is not the city of Québec, `Québec` is.
    """
    without_code = _POSTAL_CODE.sub(" ", text)
    parts = [part.strip() for part in re.split(r"[(),;/]| - | – ", without_code)]
    named = [part for part in parts if plain(part)]
    local = [part for part in named if plain(part) not in _PROVINCE]
    candidates = [without_code.strip(" ,;"), *(local or named)]
    # An address in one go, `Fermont QC`: the province is no part of the name.
    candidates += [
        part.rsplit(None, 1)[0]
        for part in local
        if len(part.split()) > 1 and plain(part).rsplit(None, 1)[-1] in _PROVINCE
    ]
    return list(dict.fromkeys(candidate for candidate in candidates if plain(candidate)))
