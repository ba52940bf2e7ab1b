"""Compliance reports: figures of a period, and the forms in which they are handed over."""
