"""The one error a user is meant to read."""


class InputError(Exception):
    """Something given to Vigie is wrong: configuration, contract, argument, provider's file.

    The message is one line: where (file, line, key or record), what is wrong, what would be right.
    The command line prints it without a traceback and exits with status 2.
    """
