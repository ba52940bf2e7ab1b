"""The simulated provider over HTTP: what TMF630 says of collections, and the official schemas."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import requests

from monitor.clock.wall import ManualClock
from monitor.simulator import Body, ProviderServer, SimulatedProvider
from tests.support.openapi import specification

START = datetime.fromisoformat("2026-11-23T15:00:00.123456+00:00")
BODY = Body("ORG-7", "Ministère des Exemples")
ERROR_KEYS = {"@type", "code", "reason", "message", "status"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def telus(clock: ManualClock) -> SimulatedProvider:
    return SimulatedProvider("telus", clock)


@pytest.fixture
def server(telus: SimulatedProvider) -> Iterator[ProviderServer]:
    with ProviderServer(telus, largest_page=50) as running:
        yield running


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


@pytest.fixture
def tickets(server: ProviderServer, session: requests.Session) -> Callable[..., requests.Response]:
    def get(query: str = "", version: str = "v4") -> requests.Response:
        return session.get(f"{server.url(f'tmf621-{version}')}/troubleTicket{query}", timeout=5)

    return get


@pytest.fixture
def orders(server: ProviderServer, session: requests.Session) -> Callable[..., requests.Response]:
    def get(query: str = "") -> requests.Response:
        return session.get(f"{server.url('tmf622-v4')}/productOrder{query}", timeout=5)

    return get


def refs(answer: requests.Response) -> list[str]:
    return [record["id"] for record in answer.json()]


def live(telus: SimulatedProvider, clock: ManualClock) -> None:
    """Cases of every kind and in every status that the simulator knows."""
    for category, place in (("incident", None), ("outage", "Fermont"), ("delivery", "Québec")):
        ref = telus.open_ticket(category, BODY, place=place)
        for status in ("inProgress", "pending", "held", "resolved", "closed"):
            clock.advance(timedelta(minutes=7))
            telus.change_status(ref, status)
    for state in ("completed", "cancelled", "failed", "partial", "rejected", "held", "inProgress"):
        ref = telus.place_order("delivery", BODY, place="Fermont")
        clock.advance(timedelta(minutes=7))
        telus.change_status(ref, state, effective_at=clock.now())
    telus.place_order("number-change", BODY)


@pytest.mark.parametrize(
    ("kind", "path", "pattern", "schema"),
    [
        ("tmf621-v4", "troubleTicket", "TMF621*v4*.json", "TroubleTicket"),
        ("tmf621-v5", "troubleTicket", "TMF621*v5*.yaml", "TroubleTicket_RES"),
        ("tmf622-v4", "productOrder", "TMF622*v4*.json", "ProductOrder"),
        ("tmf622-v5", "productOrder", "TMF622*v5*.yaml", "ProductOrder"),
        ("tmf641-v4", "serviceOrder", "TMF641*v4*.json", "ServiceOrder"),
    ],
)
def test_answers_are_as_the_official_specification_has_them(
    telus, clock, server, session, *, kind: str, path: str, pattern: str, schema: str
) -> None:
    official = specification(pattern)
    live(telus, clock)
    collection = f"{server.url(kind)}/{path}"
    records = session.get(collection, timeout=5).json()
    assert len(records) >= 3
    wrong = [problem for record in records for problem in official.wrong(record, schema)]
    # An address given by value brings its own attributes with its @type; the base schema of a
    # related place cannot list them.
    assert [problem for problem in wrong if not problem.endswith(".city: not in the schema")] == []
    one = session.get(f"{collection}/{records[0]['id']}", timeout=5)
    assert one.json() == records[0]
    missing = session.get(f"{collection}/nowhere", timeout=5)
    assert missing.status_code == 404
    assert official.wrong(missing.json(), "Error") == []


def test_the_check_against_a_specification_can_fail() -> None:
    official = specification("TMF621*v5*.yaml")
    ticket = {
        "id": 7,
        "status": "done",
        "creationDate": "2026-11-23 10:00",
        "statusChange": [],
        "relatedParty": [{"@type": "RelatedPartyRefOrPartyRoleRef", "partyOrPartyRole": {}}],
        "statusChangeHistory": [{"status": "held"}],
    }
    assert len(official.wrong(ticket, "TroubleTicket_RES")) == 8


def test_pages_have_their_status_and_counts(telus, tickets) -> None:
    entered = [telus.open_ticket("incident", BODY) for _ in range(12)]
    everything = tickets()
    assert (everything.status_code, refs(everything)) == (200, entered)
    page = tickets("?offset=5&limit=3")
    assert (page.status_code, refs(page)) == (206, entered[5:8])
    assert (page.headers["X-Total-Count"], page.headers["X-Result-Count"]) == ("12", "3")
    tail = tickets("?offset=10&limit=3")
    assert (tail.status_code, refs(tail)) == (206, entered[10:])
    beyond = tickets("?offset=12")
    assert (beyond.json(), beyond.headers["X-Result-Count"]) == ([], "0")


def test_a_page_is_no_larger_than_the_provider_likes(telus, tickets) -> None:
    for _ in range(60):
        telus.open_ticket("incident", BODY)
    assert len(tickets("?limit=1000").json()) == 50


@pytest.mark.parametrize("query", ["?offset=-1", "?limit=ten", "?offset=1.5", "?limit="])
def test_an_offset_or_limit_that_is_no_number_is_refused(tickets, query: str) -> None:
    answer = tickets(query)
    assert answer.status_code == 400
    assert set(answer.json()) == ERROR_KEYS
    assert answer.json()["code"] == "ERR400"


@pytest.fixture
def three(telus, clock) -> list[str]:
    """Entered at 15:00, 15:10 and 15:20; the first one changed last, at 15:30."""
    entered = []
    for category in ("incident", "outage", "incident"):
        entered.append(telus.open_ticket(category, BODY))
        clock.advance(timedelta(minutes=10))
    telus.change_status(entered[0], "resolved")
    return entered


@pytest.mark.parametrize("version", ["v4", "v5"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?lastUpdate.gte=2026-11-23T15:20:00Z", [2, 0]),
        ("?lastUpdate.gt=2026-11-23T15:20:00.123Z", [0]),
        ("?lastUpdate.lt=2026-11-23T15:20:00Z", [1]),
        ("?lastUpdate.lte=2026-11-23T15:10:00.123Z", [1]),
        ("?lastUpdate.gte=2026-11-23T10:20:00-05:00", [2, 0]),
        ("?status=resolved", [0]),
        ("?status=resolved,closed", [0]),
        ("?status=resolved&status=acknowledged", [1, 2, 0]),
        ("?ticketType=incident&status=acknowledged", [2]),
        ("?id=INC-204002", [1]),
        ("?unknown=1", []),
        ("?unknown.gte=1", []),
    ],
)
def test_filters(three, tickets, *, version: str, query: str, found: list[int]) -> None:
    answer = tickets(f"{query}&sort=lastUpdate", version)
    assert refs(answer) == [three[position] for position in found]
    assert answer.headers["X-Total-Count"] == str(len(found))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?sort=lastUpdate", [1, 2, 0]),
        ("?sort=%2BlastUpdate", [1, 2, 0]),
        ("?sort=-lastUpdate", [0, 2, 1]),
        ("?sort=ticketType,-id", [2, 0, 1]),
        ("?sort=nothing", [0, 1, 2]),
    ],
)
def test_order(three, tickets, *, query: str, found: list[int]) -> None:
    assert refs(tickets(query)) == [three[position] for position in found]


def test_fields_of_the_first_level_may_be_chosen(three, tickets) -> None:
    (record, *_) = tickets("?fields=status,lastUpdate").json()
    assert set(record) == {"id", "href", "@type", "status", "lastUpdate"}
    one = tickets(f"/{three[0]}?fields=status").json()
    assert set(one) == {"id", "href", "@type", "status"}


def test_a_deep_attribute_can_be_filtered_by(three, tickets) -> None:
    assert len(refs(tickets("?relatedParty.id=ORG-7"))) == 3
    assert len(refs(tickets("?relatedParty.id=ORG-8"))) == 0


def test_orders_and_tickets_are_apart(telus, tickets, orders) -> None:
    ticket = telus.open_ticket("incident", BODY)
    order = telus.place_order("delivery", BODY, place="Fermont")
    assert (refs(tickets()), refs(orders())) == ([ticket], [order])
    assert tickets(f"/{order}").status_code == orders(f"/{ticket}").status_code == 404


def test_an_order_has_neither_history_nor_last_update(telus, clock, orders) -> None:
    ref = telus.place_order("delivery", BODY, place="Fermont")
    (record,) = orders().json()
    assert not {"lastUpdate", "statusChange", "completionDate"} & set(record)
    clock.advance(timedelta(hours=2))
    telus.complete(ref, effective_at=clock.now() - timedelta(hours=1))
    (record,) = orders().json()
    assert (record["state"], record["completionDate"]) == (
        "completed",
        "2026-11-23T11:00:00.123-05:00",
    )
    telus.change_status(ref, "inProgress")
    (record,) = orders().json()
    assert "completionDate" not in record


def test_the_answers_date_is_the_providers(telus, clock, tickets) -> None:
    assert tickets().headers["Date"] == "Mon, 23 Nov 2026 15:00:00 GMT"


def test_a_hyperlink_leads_back_to_the_record(telus, tickets, session) -> None:
    telus.open_ticket("incident", BODY)
    (record,) = tickets().json()
    assert session.get(record["href"], timeout=5).json() == record


def test_other_methods_and_places_are_refused_in_the_forums_shape(server, session) -> None:
    collection = f"{server.url('tmf621-v4')}/troubleTicket"
    for answer, code in (
        (session.post(collection, json={"a": 1}, timeout=5), 405),
        (session.delete(f"{collection}/1", timeout=5), 405),
        (session.get(f"{server.url('tmf621-v4')}/nothing", timeout=5), 404),
        (session.get(collection, timeout=5), 200),
    ):
        assert answer.status_code == code
        assert code == 200 or set(answer.json()) == ERROR_KEYS


def test_a_server_stops_while_clients_hold_connections_and_its_port_is_free_again(telus) -> None:
    first = ProviderServer(telus).start()
    port = int(first.url("tmf621-v4").split(":")[2].split("/")[0])
    with requests.Session() as held:
        held.trust_env = False
        held.get(f"{first.url('tmf621-v4')}/troubleTicket", timeout=5)
        first.stop()
    with ProviderServer(telus, port=port) as second:
        with pytest.raises(OSError, match="in use"):
            ProviderServer(telus, port=port)
        assert requests.get(f"{second.url('tmf621-v4')}/troubleTicket", timeout=5).ok
