"""What a simulated provider can be asked to do, by name: quiet days, busy ones, and each fault.

A fault is what `docs/faults.md` has under its number. Of a mailbox's (20) there is none, as the
simulator serves no IMAP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from monitor.locale.marking import N_
from monitor.simulator import behaviours as does
from monitor.simulator import upheavals
from monitor.simulator.book import SimulatedProvider
from monitor.simulator.depot import Leaving
from monitor.simulator.exchange import Behaviour
from monitor.simulator.hub import Telling, each_once, each_twice, every_other, held_back

Conduct: TypeAlias = Callable[[SimulatedProvider, Random], Behaviour]
"""How requests are answered, of a provider whose book may change meanwhile."""


def _always(behaviour: Behaviour) -> Conduct:
    return lambda _provider, _random: behaviour


def _every_third(behaviour: Behaviour) -> Conduct:
    """Between two such requests a walk gets on."""
    return lambda _provider, _random: does.every(3, behaviour)


def _meanwhile(happen: Callable[[SimulatedProvider, Random], None]) -> Conduct:
    return lambda provider, random: upheavals.meanwhile(lambda: happen(provider, random))


WELL: Conduct = _always(does.well)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    what: str
    """In a sentence, to be translated."""
    fault: int | None = None
    per_hour: float = 3.0
    """Cases that arrive in an hour of support, on average."""
    days: int = 5
    """For how long they have been arriving when it begins."""
    storm: int = 0
    """Incidents that come within a minute of its beginning, beside."""
    conduct: Conduct = WELL
    telling: Callable[[], Telling] | None = None
    """How its hub tells of changes, made for each performance; None: it has no hub."""
    forgets_after: int | None = None
    """How many rounds of events end a subscription to its hub, without a word."""
    leaving: Leaving | None = None
    """How it leaves exports in a folder; None: it leaves none."""


def _hub(what: str, tell: Telling, forgets_after: int | None = None) -> Scenario:
    return Scenario(what=what, fault=19, telling=lambda: tell, forgets_after=forgets_after)


SCENARIOS: Mapping[str, Scenario] = {
    "quiet": Scenario(what=N_("Hardly a case a day."), per_hour=0.1, days=30),
    "busy-month": Scenario(what=N_("A month of eight cases an hour, and on."), per_hour=8, days=30),
    "storm": Scenario(what=N_("2,000 incidents within a minute."), storm=2000),
    "retry-after": Scenario(
        what=N_("429 every third time, with a Retry-After of every kind: date, text, a year."),
        fault=1,
        conduct=lambda _provider, _random: does.every(3, does.retry_after_of_every_kind()),
    ),
    "unavailable": Scenario(
        what=N_("503 every third time."), fault=2, conduct=_every_third(does.status(503))
    ),
    "reset": Scenario(
        what=N_("The connection breaks every third time."),
        fault=2,
        conduct=_every_third(does.reset),
    ),
    "truncated": Scenario(
        what=N_("JSON cut in the middle every third time."),
        fault=3,
        conduct=_every_third(does.truncated_json),
    ),
    "slow-drip": Scenario(
        what=N_("A byte every 50 ms: no read ever times out."), fault=4, conduct=_always(does.drip)
    ),
    "login-page": Scenario(
        what=N_("200 with a login page instead of JSON."), fault=5, conduct=_always(does.login_page)
    ),
    "token-taken-back": Scenario(
        what=N_("OAuth2 at /token; what was issued is refused from the third request on."),
        fault=6,
        conduct=lambda _provider, _random: does.TokenDesk().short_lived(3),
    ),
    "unauthorized": Scenario(
        what=N_("401, whatever the credentials."), fault=6, conduct=_always(does.status(401))
    ),
    "filter-ignored": Scenario(
        what=N_("Filters are ignored: everything comes."),
        fault=7,
        conduct=_always(does.ignoring("lastUpdate.gte", "orderDate.gte", "creationDate.gte")),
    ),
    "sort-ignored": Scenario(
        what=N_("The order asked for is ignored."), fault=7, conduct=_always(does.ignoring("sort"))
    ),
    "sort-refused": Scenario(
        what=N_("400 where an order is asked for."), fault=7, conduct=_always(does.refusing("sort"))
    ),
    "wrong-totals": Scenario(
        what=N_("X-Total-Count missing, zero, negative, or no number, in turn."),
        fault=8,
        conduct=lambda _provider, _random: does.totals_of_every_kind(),
    ),
    "small-pages": Scenario(
        what=N_("Seven records a page at most, whatever limit says."),
        fault=9,
        conduct=_always(does.clamping(7)),
    ),
    "link-loop": Scenario(
        what=N_("Pages by Link alone, which lead back to the second one."),
        fault=10,
        conduct=_always(does.linked(10, leads=lambda _: "?page=10")),
    ),
    "link-elsewhere": Scenario(
        what=N_("Pages by Link alone, which lead to another server."),
        fault=10,
        conduct=_always(does.linked(10, leads="http://192.0.2.1/?page={}".format)),
    ),
    "edited": Scenario(
        what=N_("Cases change while the list is read."),
        fault=11,
        conduct=_meanwhile(upheavals.edits),
    ),
    "ahead-of-time": Scenario(
        what=N_("Every last update is in 2099."),
        fault=12,
        conduct=_always(does.rewriting(upheavals.ahead_of_time)),
    ),
    "undated": Scenario(
        what=N_("No last update."), fault=12, conduct=_always(does.rewriting(upheavals.undated))
    ),
    "local-times": Scenario(
        what=N_("Times without an offset; of some the hour occurs twice, or never."),
        fault=13,
        conduct=_always(does.rewriting(upheavals.undecidable)),
    ),
    "unknown-status": Scenario(
        what=N_("One record in ten has a status of no standard."),
        fault=14,
        conduct=_always(upheavals.one_in_ten(upheavals.unheard_of)),
    ),
    "rewritten-history": Scenario(
        what=N_("What happened is dated otherwise later."),
        fault=15,
        conduct=_meanwhile(upheavals.rewrites_history),
    ),
    "bad-record": Scenario(
        what=N_("One record in ten cannot be read."),
        fault=16,
        conduct=_always(upheavals.one_in_ten(upheavals.unreadable)),
    ),
    "vanishing": Scenario(
        what=N_("Cases are deleted now and then."),
        fault=17,
        conduct=_meanwhile(upheavals.removes),
    ),
    "reopened": Scenario(
        what=N_("Closed cases are opened again, and closed again."),
        fault=18,
        conduct=_meanwhile(upheavals.reopens),
    ),
    "hub": Scenario(
        what=N_("A hub that tells of every change, as it should."), telling=lambda: each_once
    ),
    "hub-duplicates": _hub(N_("A hub that tells of every change twice."), each_twice),
    "hub-out-of-order": Scenario(
        what=N_("A hub that tells of changes late, and of later ones before earlier ones."),
        fault=19,
        telling=held_back,
    ),
    "hub-losses": _hub(N_("A hub that loses every other event."), every_other),
    "hub-vanishing": _hub(
        N_("A hub that forgets its subscriptions after three rounds of events."), each_once, 3
    ),
    "exports": Scenario(
        what=N_("Every minute a CSV of all open tickets in --folder, whole."),
        leaving=Leaving.WHOLE,
    ),
    "half-written-file": Scenario(
        what=N_("Exports in --folder that stand half written for 40 seconds."),
        fault=20,
        leaving=Leaving.IN_HALVES,
    ),
    "renamed-file": Scenario(
        what=N_("Exports in --folder, each given another name once the next is there."),
        fault=20,
        leaving=Leaving.RENAMED,
    ),
    "endless": Scenario(what=N_("An answer of 500 MB."), fault=21, conduct=_always(does.huge)),
    "zip-bomb": Scenario(
        what=N_("A small answer that unpacks to 64 MB."), fault=21, conduct=_always(does.zip_bomb)
    ),
    "redirect": Scenario(
        what=N_("A redirect to a private address."),
        fault=22,
        conduct=_always(does.status(302, {"Location": "http://10.0.0.1/"})),
    ),
}
