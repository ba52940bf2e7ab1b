"""How often Python searches for objects that only refer to each other."""

import gc

_NEW_OBJECTS = 50_000
"""Python's own number is 700: a page of a thousand records makes a hundred thousand."""


def search_seldom() -> None:
    """Search only once there are very many new objects, and leave out those that are there now.

    What a page is read into lives until it is stored and is then let go of without any search; the
    searches meanwhile find nothing, and take a fifth of the time.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
