"""Telling the right person, in time, once."""
