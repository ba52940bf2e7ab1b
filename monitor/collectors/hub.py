"""A provider's hub, as TM Forum's APIs have it: it is told where to send word of changes.

An event is a hint that a record may have changed. What it says beyond the reference is not read:
it may come twice, late or in any order, or be made up by whoever knows the address.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from monitor.collectors.http import HttpClient

_LONGEST_REF = 200
_LONGEST_ID = 200


class TmfHub:
    """The hub beside one collection. Uses the source's own client, and so its thread."""

    def __init__(self, client: HttpClient, resource: str, *, typed: bool) -> None:
        """Prepare to subscribe; nothing is sent yet. `typed`: v5, where all has a `@type`."""
        self._client = client
        self._resource = resource.rpartition("/")[2]
        self.typed = typed

    def subscribe(self, callback: str) -> str:
        """Have changes told to `callback`; the subscription's id, empty where none is given.

        Raises:
            HttpFault: the hub refuses.
        """
        content = {"callback": callback}
        if self.typed:
            content["@type"] = "Hub"
        already = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.CONFLICT})
        answer = self._client.post("hub", content, also=already)
        given = answer.content.get("id") if isinstance(answer.content, Mapping) else None
        return str(given)[:_LONGEST_ID] if isinstance(given, str | int) else ""

    def unsubscribe(self, hub_id: str) -> None:
        """End a subscription; one that is gone already is none the worse.

        Raises:
            HttpFault: the hub refuses.
        """
        if hub_id:
            also = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
            self._client.delete(f"hub/{quote(hub_id, safe='')}", also=also)

    def ref_in(self, event: Any) -> str | None:
        """The reference that an event is about; None: it names none."""
        payload = event.get("event") if isinstance(event, Mapping) else None
        record = payload.get(self._resource) if isinstance(payload, Mapping) else None
        ref = record.get("id") if isinstance(record, Mapping) else None
        if not isinstance(ref, str) or not 0 < len(ref) <= _LONGEST_REF or not ref.isprintable():
            return None
        # As a part of a path, these lead to another place than the one that is meant.
        return None if ref in (".", "..") else ref
