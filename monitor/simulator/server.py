"""The simulated provider's APIs over HTTP: TMF621 and TMF622 v4 and v5, TMF641 v4."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedCase, SimulatedProvider
from monitor.simulator.loopback import LoopbackServer
from monitor.simulator.query import BadQuery, Query, keep_fields, select
from monitor.simulator.shapes import (
    Record,
    order_v4,
    order_v5,
    service_order,
    ticket_v4,
    ticket_v5,
)


@dataclass(frozen=True, slots=True)
class Api:
    """One API a provider offers: where, over which cases, in which shape."""

    base: str
    resource: str
    kind: CaseKind
    shape: Callable[[SimulatedCase, str], Record]


JSON_TYPE = "application/json;charset=utf-8"
"""As the specifications of v4 have it, to the letter."""

TMF621_V4 = Api("/tmf-api/troubleTicket/v4", "troubleTicket", CaseKind.TICKET, ticket_v4)
TMF621_V5 = Api("/tmf-api/troubleTicket/v5", "troubleTicket", CaseKind.TICKET, ticket_v5)
TMF622_V4 = Api("/tmf-api/productOrderingManagement/v4", "productOrder", CaseKind.ORDER, order_v4)
TMF622_V5 = Api("/tmf-api/productOrderingManagement/v5", "productOrder", CaseKind.ORDER, order_v5)
TMF641_V4 = Api("/tmf-api/serviceOrdering/v4", "serviceOrder", CaseKind.ORDER, service_order)
"""The same orders, as a provider has them that takes them as services."""
APIS: Mapping[str, Api] = {
    "tmf621-v4": TMF621_V4,
    "tmf621-v5": TMF621_V5,
    "tmf622-v4": TMF622_V4,
    "tmf622-v5": TMF622_V5,
    "tmf641-v4": TMF641_V4,
}


@dataclass(frozen=True, slots=True)
class Reply:
    status: HTTPStatus
    content: Any
    headers: Mapping[str, str]


class ProviderServer:
    """Answers from a provider's book, on loopback, until stopped."""

    def __init__(
        self, provider: SimulatedProvider, *, port: int = 0, largest_page: int = 100
    ) -> None:
        """Bind; it answers once started.

        Args:
            provider: whose cases.
            port: of 127.0.0.1; 0: any free one.
            largest_page: rows a page has at most, whatever `limit` says.

        Raises:
            OSError: the port is taken.
        """
        self._provider = provider
        self._largest_page = largest_page
        self._records: dict[tuple[str, str], tuple[SimulatedCase, Record]] = {}
        self._server = LoopbackServer(_handler(self), port)
        self.origin = self._server.origin
        """What its records say where they are; another's, where that one answers for it."""

    @property
    def port(self) -> int:
        """Of 127.0.0.1, once bound."""
        return self._server.port

    def url(self, kind: str) -> str:
        """The base URL of an API, by the kind a source has in `vigie.yaml`, as `tmf621-v4`."""
        return self._server.origin + APIS[kind].base

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def now(self) -> datetime:
        """The provider's time, for the `Date` of its answers."""
        return self._provider.now()

    def reply(self, target: str) -> Reply:
        """What a GET of `target`, a path with its query, is answered with."""
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        for api in APIS.values():
            collection = f"{api.base}/{api.resource}"
            if parts.path.rstrip("/") == collection:
                return self._list(api, query)
            if parts.path.startswith(f"{collection}/"):
                return self._one(api, unquote(parts.path.removeprefix(f"{collection}/")), query)
        return refusal(HTTPStatus.NOT_FOUND, f"nothing is at {parts.path}")

    def _list(self, api: Api, query: Query) -> Reply:
        collection = f"{self.origin}{api.base}/{api.resource}"
        records = [self._shaped(api, case, collection) for case in self._provider.cases(api.kind)]
        try:
            found = select(records, query, largest_page=self._largest_page)
        except BadQuery as wrong:
            return refusal(HTTPStatus.BAD_REQUEST, str(wrong))
        status = HTTPStatus.PARTIAL_CONTENT if found.is_partial else HTTPStatus.OK
        counts = {
            "X-Total-Count": str(found.total),
            "X-Result-Count": str(len(found.records)),
        }
        return Reply(status, found.records, counts)

    def _shaped(self, api: Api, case: SimulatedCase, collection: str) -> Record:
        """A case as the API shows it; made once, for a case that changes is another one."""
        known = self._records.get((api.base, case.ref))
        if known is None or known[0] is not case:
            known = self._records[api.base, case.ref] = case, api.shape(case, collection)
        return known[1]

    def _one(self, api: Api, ref: str, query: Query) -> Reply:
        collection = f"{self.origin}{api.base}/{api.resource}"
        try:
            case = self._provider.case(ref)
        except KeyError:
            case = None
        if case is None or case.kind is not api.kind:
            return refusal(HTTPStatus.NOT_FOUND, f"no {api.resource} has the id {ref}")
        return Reply(HTTPStatus.OK, keep_fields(api.shape(case, collection), query), {})


def refusal(status: HTTPStatus, message: str) -> Reply:
    """An `Error` as the TM Forum's schemas have it."""
    content = {
        "@type": "Error",
        "code": f"ERR{status.value}",
        "reason": status.phrase,
        "message": message,
        "status": str(status.value),
    }
    return Reply(status, content, {})


def _handler(server: ProviderServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one packet: the two would otherwise wait for each other.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._send(server.reply(self.path))

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._refuse_method
            raise AttributeError(name)

        def _refuse_method(self) -> None:
            # Left unread, a body would cut the answer off, or be taken for the next request.
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._send(refusal(HTTPStatus.METHOD_NOT_ALLOWED, "this provider is read only"))

        def _send(self, reply: Reply) -> None:
            body = json.dumps(reply.content, ensure_ascii=False).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", JSON_TYPE)
            self.send_header("Content-Length", str(len(body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the provider's clock decides
            return format_datetime(server.now(), usegmt=True)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    return Handler
