"""The one error a user is meant to read."""

from collections.abc import Callable, Sequence

from monitor.locale.marking import Said, told


class InputError(Exception):
    """Something given to Vigie is wrong: configuration, contract, argument, provider's file.

    The message is one line: where (file, line, key or record), what is wrong, what would be right.
    The command line prints it without a traceback and exits with status 2.

    The message is marked for translation, and is a template for `fields` where there are some:
    whoever shows the error says it in the reader's language by `told`; `str` is English.
    """

    def __init__(self, message: str, **fields: str) -> None:
        said = message if isinstance(message, Said) else Said(message, **fields)
        super().__init__(said)
        self._said = said

    def told(self, gettext: Callable[[str], str]) -> str:
        """The message in the language of `gettext`, what the system says in it included."""
        return told(self._said, gettext)


class InputErrors(InputError):
    """Several, one a line: whoever has to mend them sees them all at once."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self._errors = tuple(errors)

    def told(self, gettext: Callable[[str], str]) -> str:
        """Each of them in the language of `gettext`."""
        return "\n".join(error.told(gettext) for error in self._errors)
