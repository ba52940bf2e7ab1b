"""Colours that those who see few of them tell apart, on dark ground and light: Okabe and Ito's."""

from typing import Final

BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
ORANGE: Final = "#E69F00"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#8C8C8C"
"""Four and a half to one on neither ground, but three to one on both, as signs need."""

VERDICTS: Final = {
    "met": ("Tenue", BLUE),
    "pending": ("En cours", SKY),
    "at_risk": ("À risque", ORANGE),
    "breached": ("En retard", VERMILION),
    "missed": ("Manquée", PURPLE),
    "cancelled": ("Annulée", GREY),
    "unknown": ("Inconnue", GREEN),
}
"""What each verdict is called, and its colour: the same on every dashboard."""
