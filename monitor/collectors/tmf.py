"""TM Forum APIs: trouble tickets (TMF621 v4, v5) and product orders (TMF622 v4).

What sets them apart is in the mapping; how they are walked is the same. TMF630 is the standard
for paging (`offset`, `limit`), filters (`lastUpdate.gte=…`) and order (`sort=…`). Filter and order
only save work: what is read is complete where a server ignores either.
"""

from monitor.collectors.api import ApiCollector, cursor_of, resource_of
from monitor.collectors.http import HttpClient
from monitor.collectors.hub import TmfHub
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Reading
from monitor.collectors.tmf_collection import TmfCollection
from monitor.collectors.tmf_listing import Listing


class TmfCollector(ApiCollector):
    """One resource of one provider's API. Used by one thread at a time."""

    def __init__(
        self,
        *,
        name: str,
        provider: str,
        client: HttpClient,
        mapping: MappingSettings,
        page_size: int = 100,
    ) -> None:
        """Prepare to read; nothing is sent yet. The client is closed with the collector.

        Raises:
            InputError: the mapping says not which resource to read, or not how to ask for changes.
        """
        reading = Reading(mapping)
        self._resource = resource_of(mapping, name)
        listing = Listing(client, self._resource, reading, page_size)
        super().__init__(
            name=name,
            provider=provider,
            client=client,
            mapping=mapping,
            reading=reading,
            collection=TmfCollection(listing, cursor_of(mapping, name), reading),
        )

    def hub(self, *, typed: bool) -> TmfHub:
        """The provider's hub beside the collection; for the same thread, at other times."""
        return TmfHub(self._client, self._resource, typed=typed)
