"""Somebody who signs in twice at one instant is one account."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from monitor.access import Identity, Role
from monitor.store.database import open_database
from monitor.store.sign_ons import SignOns
from monitor.store.tables import account
from tests.support.cases import utc

AT = utc("2026-11-23 09:00")


def test_arriving_many_times_at_once_makes_one_account(database_url: str) -> None:
    somebody = Identity(issuer="https://id.example.org", subject="248289761001", name="josee")
    # As many as there are daemons: each has its own connections.
    databases = [open_database(database_url) for _ in range(4)]

    def arrive(number: int) -> str:
        return SignOns(databases[number]).arrive(somebody, Role.READER, None, at=AT).name

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(arrive, range(4))) == {"josee"}
    with databases[0].read() as connection:
        assert connection.scalar(select(func.count()).select_from(account)) == 1
    for each in databases:
        each.close()
