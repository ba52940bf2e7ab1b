"""Why nobody is told of an obligation, as it is shown."""

from datetime import tzinfo
from typing import Any

from monitor.alerts.interventions import Mute, MuteKind
from monitor.locale import N_, Language
from monitor.shown.instants import written, written_if_any

_WORDS = {
    MuteKind.ACKNOWLEDGED: N_("acknowledged"),
    MuteKind.SILENCED: N_("silenced"),
    MuteKind.HELD: N_("on hold"),
}


def mute_word(kind: str, language: Language) -> str:
    return language.gettext(_WORDS[MuteKind(kind)])


def mute_json(mute: Mute, local_zone: tzinfo) -> dict[str, Any]:
    """A quiet stretch as JSON has it."""
    return {
        "kind": mute.kind.value,
        "since": written(mute.start, local_zone),
        "until": written_if_any(mute.end, local_zone),
        "by": mute.by,
        "why": mute.why,
    }
