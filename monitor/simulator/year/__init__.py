"""A year of invented cases whose truth is written down as they are invented.

Nothing here asks the clock or the engine what anything comes to: deadlines are counted day by day
on a calendar of its own, by amounts copied from the text, and each case's outcome is decided before
its times are. So what Vigie reports of the year can be held against it.
"""
