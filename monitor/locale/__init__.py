"""What people read, in French and English. Importing it loads neither Babel nor a catalogue."""

from monitor.locale.language import Language, language
from monitor.locale.marking import N_
from monitor.locale.negotiation import LanguageCode, install_for_click, negotiate

__all__ = ["N_", "Language", "LanguageCode", "install_for_click", "language", "negotiate"]
