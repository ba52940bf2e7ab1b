"""Records in quarantine, read anew from what was kept of them, by the mapping as it is now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.collectors.base import Batch, PollWindow
from monitor.collectors.batches import BatchMaker
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.partial import completed
from monitor.collectors.reading import Facts, Reading
from monitor.collectors.statements import is_untimed
from monitor.locale.marking import N_, Said


class SecondReading:
    """Of one source. Knows the mappings of its rules too, where it is a mailbox."""

    def __init__(
        self,
        *,
        source: str,
        provider: str,
        mapping: MappingSettings,
        rules: Sequence[MappingSettings] = (),
    ) -> None:
        """`rules`: the mapping of each rule, in their order."""
        self._source = source
        self._provider = provider
        self._mapping = mapping
        self._rules = rules

    def read(self, payload: Any, window: PollWindow, *, seen_at: datetime) -> Batch | Said:
        """What the record states; or what to do instead, where too little of it was kept.

        A batch with a record in quarantine again has the reason for it.

        Args:
            payload: what quarantine kept.
            window: now, and what is known of its case.
            seen_at: when the source last told of it: until then, it was so.
        """
        match payload:
            case {"rule": int(number), "record": inner}:
                if not 1 <= number <= len(self._rules):
                    return Said(
                        N_(
                            "rule {number} of the source, by which it was read, is there no more;"
                            " discard it"
                        ),
                        number=str(number),
                    )
                return self._read(inner, self._rules[number - 1], window, seen_at)
        return self._read(payload, self._mapping, window, seen_at)

    def _read(
        self, payload: Any, mapping: MappingSettings, window: PollWindow, seen_at: datetime
    ) -> Batch | Said:
        elsewhere = _elsewhere(payload)
        if elsewhere is not None:
            return elsewhere
        reading = Reading(mapping)
        batches = BatchMaker(
            source=self._source,
            provider=self._provider,
            kind=mapping.case_kind,
            reading=reading,
        )
        whole = completed(payload, mapping, window, batches.key)
        one = reading.interpret(whole, until=window.until)
        if isinstance(one, Facts) and is_untimed(one):
            key = batches.key(one.ref)
            known = window.stored({key}).get(key)
            if known is not None and known.confirmed_at > seen_at:
                # The case was seen since: what it was like then is known better.
                return Batch()
        return batches.of([one], window, as_of=seen_at)


def _elsewhere(payload: Any) -> Said | None:
    """What to do where a record is not to be read from what was kept; None: it is."""
    match payload:
        case {"file": str(name), **rest} if not rest:
            return Said(
                N_(
                    "it is a whole file, {file}: correct it in its folder, or the source; a file is"
                    " read anew once either changes"
                ),
                file=name,
            )
        case {"row": int(number), **rest} if not rest:
            return Said(
                N_(
                    "its cells may stand under the wrong columns, and were not kept: correct row"
                    " {row} and leave the file in its folder again"
                ),
                row=str(number),
            )
        case {"message_id": _, "domain": _, "sent_at": _}:
            return Said(
                N_(
                    "it is a message, of which nothing was kept: correct the rules of the source,"
                    " and the mailbox is gone through anew; or discard it"
                )
            )
        case Mapping():
            return None
    return Said(
        N_(
            "nothing of the record was kept, as no fact could be taken out of it: correct the"
            " mapping, and 'vigie source poll NAME --case REFERENCE' asks for it anew"
        )
    )
