"""The one error a user is meant to read."""

from collections.abc import Callable


class InputError(Exception):
    """Something given to Vigie is wrong: configuration, contract, argument, provider's file.

    The message is one line: where (file, line, key or record), what is wrong, what would be right.
    The command line prints it without a traceback and exits with status 2.

    With `fields`, the message is a template for them, marked for translation: whoever shows the
    error says it in the reader's language by `told`; `str` is English.
    """

    def __init__(self, message: str, **fields: str) -> None:
        super().__init__(message.format(**fields) if fields else message)
        self._template = message
        self._fields = fields

    def told(self, gettext: Callable[[str], str]) -> str:
        """The message in the language of `gettext`, what the system says in it included."""
        if not self._fields:
            return str(self)
        return gettext(self._template).format(
            **{name: gettext(text) if text else text for name, text in self._fields.items()}
        )
