"""What cannot be read or stored is kept aside: one bad record must not stop a whole poll."""

import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy import case as choose

from monitor.cases.observation import Observation
from monitor.collectors.base import Quarantined
from monitor.locale.marking import N_, Said
from monitor.store.insertion import among, chunks, insert_into
from monitor.store.tables import quarantine

_LONGEST = {"raw_status": 200, "category": 64, "place": 200, "organization": 200, "severity": 64}
_LONGEST_REF = 200
_SHORT = min(*_LONGEST.values(), _LONGEST_REF)
"""What is no longer than this all together is nowhere too long."""


def sift(observations: Iterable[Observation]) -> tuple[list[Observation], list[Quarantined]]:
    """Those that can be stored, and the others with the reason."""
    kept: list[Observation] = []
    refused: list[Quarantined] = []
    for observation in observations:
        reason = _why_not(observation)
        if reason is None:
            kept.append(observation)
        else:
            ref = as_text(observation.key.ref)[:_LONGEST_REF]
            refused.append(Quarantined(ref=ref, reason=reason, payload=observation.payload))
    return kept, refused


def _why_not(observation: Observation) -> Said | None:
    joined = "".join(
        (
            observation.key.ref,
            observation.raw_status,
            observation.category or "",
            observation.place or "",
            observation.organization or "",
            observation.severity or "",
        )
    )
    is_text = as_text(joined) == joined
    if is_text and len(joined) <= _SHORT:
        return None
    texts = {"ref": observation.key.ref}
    texts |= {name: getattr(observation, name) or "" for name in _LONGEST}
    if not is_text:
        wrong = next(name for name, text in texts.items() if as_text(text) != text)
        return Said(
            N_("{field} holds characters that are no text: a null, or half of a surrogate pair"),
            field=wrong,
        )
    for name, text in texts.items():
        longest = _LONGEST.get(name, _LONGEST_REF)
        if len(text) > longest:
            return Said(
                N_("{field} has {length} characters; {longest} at most are kept"),
                field=name,
                length=str(len(text)),
                longest=str(longest),
            )
    return None


def as_text(text: str) -> str:
    """The text less what neither database takes."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode(errors="ignore").decode()


def resolve(connection: Connection, name: str, refs: Collection[str], at: datetime) -> None:
    """What the source has since stated readably is no longer a question."""
    if not refs:
        return
    connection.execute(
        update(quarantine)
        .where(
            quarantine.c.source == name,
            among(connection, quarantine.c.ref, refs),
            quarantine.c.resolved_at.is_(None),
        )
        .values(resolved_at=at)
    )


def keep_aside(
    connection: Connection, name: str, records: Iterable[Quarantined], at: datetime
) -> int:
    """Keep what cannot be read, each record once; how many were not there before."""
    given = {_digest(name, record): record for record in records}
    stored: set[str] = set()
    for chunk in chunks(given):
        query = select(quarantine.c.digest).where(quarantine.c.digest.in_(chunk))
        stored.update(connection.scalars(query))
    if given:
        insertion = insert_into(connection, quarantine)
        connection.execute(
            insertion.on_conflict_do_update(
                index_elements=["digest"],
                set_={
                    "reason": insertion.excluded.reason,
                    "said": insertion.excluded.said,
                    "last_seen_at": insertion.excluded.last_seen_at,
                    # What an operator gave up stays so, however often the source tells of it.
                    "resolved_at": choose(
                        (quarantine.c.discarded_by.is_not(None), quarantine.c.resolved_at),
                        else_=None,
                    ),
                },
            ),
            [
                {
                    "digest": digest,
                    "source": name,
                    "ref": None if record.ref is None else as_text(record.ref)[:_LONGEST_REF],
                    **reason_columns(record.reason),
                    "payload": record.payload,
                    "first_seen_at": at,
                    "last_seen_at": at,
                }
                for digest, record in sorted(given.items())
            ],
        )
    return len(given) - len(stored)


def reason_columns(reason: str) -> dict[str, Any]:
    """A reason as it is stored: in English, and as it can be told in the reader's language."""
    return {"reason": as_text(str(reason)), "said": said_as_json(reason)}


def said_as_json(text: str) -> Any:
    """What a text can be told by in the reader's language; None: it cannot."""
    return _storable(text.dump()) if isinstance(text, Said) else None


def _storable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _storable(part) for name, part in value.items()}
    return as_text(value) if isinstance(value, str) else value


def _digest(source: str, quarantined: Quarantined) -> str:
    """Equal for equal records of one source, whatever is wrong with them."""
    content = json.dumps(quarantined.payload, sort_keys=True, default=str)
    parts = (source, quarantined.ref or "", content)
    return hashlib.sha256("\x1f".join(parts).encode(errors="surrogatepass")).hexdigest()
