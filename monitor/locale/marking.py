"""Marking a text for the catalogue where it is written, apart from where it is shown."""

from collections.abc import Callable, Mapping
from typing import Any, Self


def N_(message: str) -> str:  # noqa: N802 - the name by which gettext's tools know a marked text
    """Give the text back as it is; the catalogue's extraction finds it by this call."""
    return message


class Said(str):
    """An English text that can still be said in the reader's language.

    It is made of a template, marked by `N_`, and of what fills it. To whoever only wants a text it
    is one; who shows it to a person says it by `told`. Formatted into another text it is English
    for good: give it to the other's template as a field instead.
    """

    __slots__ = ("_fields", "_half", "_template")

    _template: str
    _fields: Mapping[str, str]
    _half: int | None
    """0 or 2: of `wrong; right`, the one or the other."""

    def __new__(cls, template: str, **fields: str) -> Self:
        return cls._made(template.format(**fields) if fields else template, template, fields)

    @classmethod
    def _made(
        cls, text: str, template: str, fields: Mapping[str, str], half: int | None = None
    ) -> Self:
        said = super().__new__(cls, text)
        said._template, said._fields, said._half = template, fields, half
        return said

    def told(self, gettext: Callable[[str], str]) -> str:
        """The text in the language of `gettext`, its fields too where they are said ones."""
        # An empty text would stand for the catalogue's own header.
        text = gettext(self._template) if self._template else ""
        if self._fields:
            fields = {name: told(value, gettext) for name, value in self._fields.items()}
            text = text.format(**fields)
        return text if self._half is None else text.partition("; ")[self._half]

    def halves(self) -> tuple["Said", "Said"]:
        """What is wrong and what would be right, of a text that says both: `wrong; right`."""
        return self._halved(0), self._halved(2)

    def _halved(self, half: int) -> "Said":
        text = self.partition("; ")[half]
        return Said._made(text, self._template, self._fields, half)

    def dump(self) -> dict[str, Any]:
        """As JSON, for a text that is stored now and told later."""
        fields = {
            name: value.dump() if isinstance(value, Said) else value
            for name, value in self._fields.items()
        }
        return {"template": self._template, "fields": fields, "half": self._half}

    @classmethod
    def load(cls, text: str, stored: Mapping[str, Any] | None) -> str:
        """`text` as `dump` wrote it; where that cannot be made out, the text as it is."""
        try:
            return text if stored is None else cls._loaded(stored, text)
        except (AttributeError, LookupError, TypeError, ValueError):
            return text

    @classmethod
    def _loaded(cls, stored: Mapping[str, Any], text: str | None = None) -> Self:
        template, half = stored["template"], stored["half"]
        fields = {
            name: value if isinstance(value, str) else cls._loaded(value)
            for name, value in stored["fields"].items()
        }
        whole = template.format(**fields) if fields else template
        english = whole if half is None else whole.partition("; ")[half]
        return cls._made(english if text is None else text, template, fields, half)


def told(text: str, gettext: Callable[[str], str]) -> str:
    """The text in the language of `gettext` where it can be said in it, else as it is.

    A name that a person wrote, such as that of a key, may be a word of the catalogue by chance.
    """
    return text.told(gettext) if isinstance(text, Said) else text


def halves(text: str) -> tuple[str, str]:
    """What is wrong and what would be right, of a text that says both: `wrong; right`."""
    if isinstance(text, Said):
        return text.halves()
    wrong, _, right = text.partition("; ")
    return wrong, right
