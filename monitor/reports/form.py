"""The forms a report may be written in; apart from what writes them, which is much to load."""

from enum import StrEnum


class Form(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    HTML = "html"
