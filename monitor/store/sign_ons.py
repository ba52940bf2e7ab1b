"""Signing in by a provider of identities, kept: who was sent there, and who came back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from monitor.access import Account, Identity, Role, fitted_name
from monitor.alerts.interventions import Act, Via
from monitor.store.accounts import account_of
from monitor.store.audit import append
from monitor.store.database import Database
from monitor.store.tables import account, sign_on, web_session


class SignOns:
    """Each act is one transaction, with its line of the audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, digest: str, next_: str, *, at: datetime, ends_at: datetime) -> None:
        """Somebody leaves for the provider; those who have not come back in time leave."""
        row = {"digest": digest, "next": next_, "made_at": at, "ends_at": ends_at}
        with self._database.write() as connection:
            connection.execute(delete(sign_on).where(sign_on.c.ends_at <= at))
            connection.execute(insert(sign_on), [row])

    def take(self, digest: str, *, at: datetime) -> str | None:
        """The page that whoever comes back wanted; None: they did not leave, or are back before."""
        query = (
            delete(sign_on)
            .where(sign_on.c.digest == digest, sign_on.c.ends_at > at)
            .returning(sign_on.c.next)
        )
        with self._database.write() as connection:
            return connection.execute(query).scalar_one_or_none()

    def arrive(
        self, identity: Identity, role: Role, organization: str | None, *, at: datetime
    ) -> Account:
        """The account of somebody the provider vouches for, as the provider says today.

        Known by issuer and subject: a name that another account has leads to nothing of it. The
        name given at first stays, so that the audit log goes on telling of one person by one name.
        One that is disabled is left as it is.
        """
        try:
            return self._arrive(identity, role, organization, at)
        except IntegrityError:
            # They arrived twice at one instant, or another of that name did: both are there now.
            return self._arrive(identity, role, organization, at)

    def _arrive(
        self, identity: Identity, role: Role, organization: str | None, at: datetime
    ) -> Account:
        with self._database.write() as connection:
            found = _found(connection, identity)
            if found is not None and found.disabled_at is not None:
                append(connection, _by(found.name), "sign in refused", {"why": "disabled"}, at)
                return found
            rights = {"role": role, "organization": organization}
            if found is None:
                name = _free(connection, fitted_name(identity.name))
                row = {
                    **rights,
                    "name": name,
                    "password": "",
                    "made_at": at,
                    "failures": 0,
                    "issuer": identity.issuer,
                    "subject": identity.subject,
                }
                connection.execute(insert(account), [row])
            else:
                name = found.name
                connection.execute(update(account).where(account.c.name == name).values(rights))
            details = {**rights, "issuer": identity.issuer}
            append(connection, _by(name), "sign in", details, at)
            arrived = _found(connection, identity)
        assert arrived is not None  # noqa: S101 - it was put there just now
        return arrived

    def refuse(self, who: Identity | str, why: str, *, issuer: str, at: datetime) -> None:
        """Somebody came back and was not let in; known, they may go on nowhere else either."""
        name = who if isinstance(who, str) else fitted_name(who.name)
        with self._database.write() as connection:
            found = None if isinstance(who, str) else _found(connection, who)
            if found is not None:
                name = found.name
                connection.execute(delete(web_session).where(web_session.c.account == name))
            append(connection, _by(name), "sign in refused", {"why": why, "issuer": issuer}, at)


def _by(name: str) -> Act:
    return Act(by=name, why="", via=Via.HTTP)


def _found(connection: Connection, identity: Identity) -> Account | None:
    row: Any = connection.execute(
        select(account).where(
            account.c.issuer == identity.issuer, account.c.subject == identity.subject
        )
    ).first()
    return None if row is None else account_of(row)


def _free(connection: Connection, wanted: str) -> str:
    """A name that no account has, as near as can be to the one that is liked."""
    query = select(account.c.name).where(account.c.name.startswith(wanted, autoescape=True))
    taken = set(connection.scalars(query))
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}~{number}"
    return name
