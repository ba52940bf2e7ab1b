"""Why a record or a file cannot be read: kept as it is, told in the reader's language."""

from collections.abc import Callable
from typing import Self


class Reason(str):
    """A text in English that can be told in another language.

    Made from a template marked for translation and what goes into it; among the latter may be
    other reasons, and words that the catalogue knows. Everywhere else it is the text it is.
    """

    __slots__ = ("_fields", "_template")

    _template: str
    _fields: dict[str, object]

    def __new__(cls, template: str, **fields: object) -> Self:
        self = super().__new__(cls, template.format(**fields) if fields else template)
        self._template = template
        self._fields = fields
        return self

    def told(self, gettext: Callable[[str], str]) -> str:
        """The reason in the language of `gettext`."""
        if not self._fields:
            return gettext(self._template)
        fields = {name: told(value, gettext) for name, value in self._fields.items()}
        return gettext(self._template).format(**fields)


def told(reason: object, gettext: Callable[[str], str]) -> object:
    """A reason as `Reason.told` has it; anything else, such as one read back, as it is."""
    return reason.told(gettext) if isinstance(reason, Reason) else reason
