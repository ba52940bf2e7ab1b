"""`vigie outbox` on a real database, and what delivery then does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts.notification import DeliveryFault
from monitor.alerts.outbox import deliver_once
from monitor.alerts.outbox_store import Outcome, State
from monitor.store.database import Database
from monitor.store.outbox_desk import OutboxDesk, Which
from monitor.store.tables import notification
from tests.support.carriers import courier, to_people
from tests.support.command_line import Ran, run
from tests.support.outbox import ScriptedChannel
from tests.support.world import DESK, MANAGER, World, ticket

RECEIVED = "2026-11-23 08:00"
CHANNELS = """\
database: "{database}"
channels:
  mail: {{type: smtp, host: relay, security: none, sender: vigie@example.org}}
  screen: {{type: console}}
"""


@pytest.fixture
def world(database: Database, database_url: str, tmp_path: Path) -> World:
    """Two dead letters and, of another case, a letter that waits."""
    text = CHANNELS.format(database=database_url)
    (tmp_path / "vigie.yaml").write_text(text, encoding="utf-8")
    world = World(database).at(RECEIVED)
    world.says("received", received_at=RECEIVED, key=ticket("INC-1"))
    world.at("2026-11-23 16:00").polled_tick()
    world.deliver(Outcome.REFUSED)
    return world


@pytest.fixture
def outbox(world: World, tmp_path: Path):
    def command(*arguments: str, **environment: str) -> Ran:
        config = str(tmp_path / "vigie.yaml")
        return run("outbox", *arguments, "--config", config, **environment)

    return command


def ids(ran: Ran) -> list[str]:
    return [str(row["id"]) for row in ran.json]


def test_what_was_given_up_is_listed_with_its_last_word(world, outbox) -> None:
    listed = outbox("list", "--json")
    assert [(row["state"], row["address"]) for row in listed.json] == [
        ("dead", MANAGER.address),
        ("dead", DESK.address),
    ]
    assert outbox("list", "--address", DESK.address, "--json").json[0]["detail"] == "250 OK"
    assert outbox("list", "--state", "queued", "--json").json == []
    table = outbox("list").out
    assert "not delivered" in table
    assert MANAGER.address in table


def test_one_is_shown_whole_by_number_or_key(world, outbox) -> None:
    first = outbox("list", "--json").json[0]
    shown = outbox("show", str(first["id"]), "--json").json
    assert shown["history"][0]["outcome"] == "refused"
    assert "INC-1" in shown["text"]
    assert outbox("show", first["key"][:12], "--json").json["id"] == first["id"]
    assert "not delivered" in outbox("show", str(first["id"])).out
    assert "Lettre" not in outbox("show", str(first["id"]), LANG="fr_CA.UTF-8").out


def test_retried_it_is_delivered_and_its_history_says_who_asked(world, outbox) -> None:
    ran = outbox("retry", "--dead", "--reason", "relay back")
    assert ran.out == "2 messages to be tried anew\n"
    mail = _Anywhere("mail")
    world.clock.move_to(_now())
    assert deliver_once(courier(world, {"mail": mail})).count(State.SENT) == 2
    (one, *_) = outbox("list", "--state", "sent", "--json").json
    history = outbox("show", str(one["id"]), "--json").json["history"]
    assert [entry["outcome"] for entry in history] == ["refused", "requeued", "accepted"]
    assert history[1]["detail"].endswith(": relay back")
    assert outbox("retry", str(one["id"])).out.splitlines()[1].startswith("1 left alone")


def test_it_may_go_elsewhere(world, outbox) -> None:
    name = ids(outbox("list", "--json"))[1]
    assert outbox("retry", name, "--channel", "screen", "--address", "console").status == 0
    screen = _Anywhere("screen")
    world.clock.move_to(_now())
    deliver_once(courier(world, {"screen": screen, "mail": _Anywhere("mail")}))
    assert screen.addresses == ["console"]


def test_discarded_it_counts_no_more_and_says_why(world, outbox) -> None:
    name = ids(outbox("list", "--json"))[0]
    ran = outbox("discard", name, "--reason", "told by telephone")
    assert ran.out == "1 message discarded\n"
    assert world.readings.outbox().dead == 1
    shown = outbox("show", name, "--json").json
    assert shown["state"] == "discarded"
    assert shown["history"][-1]["outcome"] == "discarded"
    assert shown["history"][-1]["detail"].endswith(": told by telephone")
    assert outbox("discard", name).status == 2


def test_a_digest_takes_its_members_with_it(world, outbox) -> None:
    world.at("2026-11-23 08:00")
    for n in range(5):
        world.says("received", received_at=RECEIVED, key=ticket(f"ST-{n}"))
    world.at("2026-11-23 16:10").polled_tick()
    mail = _Anywhere("mail", refuse=True)
    deliver_once(courier(world, {"mail": mail}, handlings={"mail": to_people()}))
    digests = [row for row in outbox("list", "--state", "dead", "--json").json if row["carries"]]
    assert [row["carries"] for row in digests] == [5, 5]
    name = str(digests[0]["id"])
    assert len(outbox("show", name, "--json").json["members"]) == 5
    assert outbox("retry", name).out == "1 message to be tried anew\n"
    assert _states(world, int(name)) == {"queued"}
    assert outbox("discard", name, "--reason", "x").status == 0
    assert _states(world, int(name)) == {"discarded"}


def _states(world: World, digest: int) -> set[str]:
    return {row["state"] for row in world.rows(notification) if row["bundle_id"] == digest}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("show", "999"), "no message '999' in the outbox: 'vigie outbox list' has the numbers"),
        (("retry",), "name messages by their numbers, or all of them by --dead"),
        (("retry", "1", "--dead"), "name messages by their numbers, or all of them by --dead"),
        (
            ("discard", "--dead", "--reason", " "),
            "--reason: it is empty: say why nobody needs to be told",
        ),
        (
            ("retry", "--dead", "--channel", "mial"),
            "no channel 'mial' is configured: did you mean 'mail'?",
        ),
        (("retry", "--dead", "--address", "x"), "'x' is no e-mail address: write it as name@host"),
    ],
)
def test_what_cannot_be_done_is_told(world, outbox, arguments, error) -> None:
    ran = outbox(*arguments)
    assert (ran.status, ran.error) == (2, error)


def test_what_is_under_way_is_left_alone(world) -> None:
    desk = OutboxDesk(world.database)
    letters = desk.letters(Which(states=[State.DEAD]), 10)
    assert desk.retry(letters, why="w", now=world.now) == 2
    carrier = courier(world, {})
    carrier.store.claim("mail", owner="o", now=world.now, lease=carrier.terms.lease, limit=1)
    assert desk.discard(desk.letters(Which(states=[State.QUEUED]), 10), why="w", now=world.now) == 1


def _now():
    """The commands go by the machine's clock."""
    return datetime.now(UTC) + timedelta(seconds=1)


class _Anywhere(ScriptedChannel):
    def __init__(self, name: str, *, refuse: bool = False) -> None:
        super().__init__(name=name)
        self.addresses: list[str] = []
        self._refuse = refuse

    def send(self, told):
        if self._refuse:
            raise DeliveryFault("550 no", permanent=True)
        self.addresses.append(told.address)
        return super().send(told)
