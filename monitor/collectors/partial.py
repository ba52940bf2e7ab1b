"""What says only what changed, completed with what is known of the case."""

from collections.abc import Callable, Mapping

from monitor.cases.observation import CaseKey
from monitor.collectors.base import PollWindow
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Extract


def completed(
    extract: Extract,
    mapping: MappingSettings,
    window: PollWindow,
    key: Callable[[str], CaseKey],
) -> Extract:
    """A message on a change says what changed, and no more; the rest is as it was last stated."""
    ref = extract.get("ref")
    if not isinstance(ref, str) or {"received_at", "category"} <= extract.keys():
        return extract
    known = window.stored({key(ref)}).get(key(ref))
    if known is None:
        return extract
    words = (w for w, meaning in mapping.category_map.items() if meaning == known.category)
    facts: Mapping[str, str | None] = {
        "received_at": known.received_at.isoformat(),
        "category": next(words, None),
        "organization": known.organization,
        "place": known.place,
    }
    return {**{name: fact for name, fact in facts.items() if fact is not None}, **extract}
