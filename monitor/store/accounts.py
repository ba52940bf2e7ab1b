"""Accounts, sessions, invitations and tokens, kept. Of every secret, its digest alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from monitor.access import Account, Role, Scope, TokenRecord, account_name
from monitor.access.model import lock_after
from monitor.alerts.interventions import Act
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.audit import append
from monitor.store.database import Database
from monitor.store.tables import access_token, account, invitation, web_session


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a one-time link is for."""

    account: str | None
    """Whose password it chooses; None: it makes the first administrator."""


class Accounts:
    """Each act is one transaction, with its line of the audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[Account]:
        with self._database.read() as connection:
            return [account_of(row) for row in connection.execute(select(account).order_by("name"))]

    def find(self, name: str) -> Account | None:
        query = select(account).where(account.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else account_of(row)

    def has_administrator(self) -> bool:
        """Whether somebody can say who else may."""
        query = (
            select(account.c.name)
            .where(account.c.role == Role.ADMINISTRATOR, account.c.disabled_at.is_(None))
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.scalar(query) is not None

    def add(
        self,
        name: str,
        role: Role,
        password: str | None,
        act: Act,
        *,
        organization: str | None = None,
        at: datetime,
    ) -> None:
        """Add an account; `password` as `kept_of` has it, None: whoever has a link chooses one.

        Raises:
            InputError: there is one of this name.
        """
        with self._database.write() as connection:
            row = _row(name, role, password, organization, at)
            _add(connection, row, act)

    def remove(self, name: str, act: Act, *, at: datetime) -> None:
        """Take an account away, with its sessions.

        Raises:
            InputError: there is none of this name.
        """
        with self._database.write() as connection:
            required(connection, name)
            connection.execute(delete(web_session).where(web_session.c.account == name))
            connection.execute(delete(invitation).where(invitation.c.account == name))
            connection.execute(delete(account).where(account.c.name == name))
            append(connection, act, "remove account", {"account": name}, at)

    def set_password(self, name: str, password: str, act: Act, *, at: datetime) -> None:
        """Give an account another password, unlock it, and end its sessions.

        Raises:
            InputError: there is none of this name, or a provider vouches for whoever it is.
        """
        changes = {"password": password, "failures": 0, "locked_until": None}
        with self._database.write() as connection:
            require_ours(required(connection, name))
            connection.execute(update(account).where(account.c.name == name).values(changes))
            connection.execute(delete(invitation).where(invitation.c.account == name))
            connection.execute(delete(web_session).where(web_session.c.account == name))
            append(connection, act, "change password", {"account": name}, at)

    def failed(self, name: str, *, at: datetime) -> None:
        """Count a wrong password, and lock the account after too many."""
        with self._database.write() as connection:
            query = select(account.c.failures).where(account.c.name == name)
            failures = (connection.scalar(query) or 0) + 1
            lock = lock_after(failures)
            changes: dict[str, Any] = {"failures": failures}
            changes |= {} if lock is None else {"locked_until": at + lock}
            connection.execute(update(account).where(account.c.name == name).values(changes))

    def begin_session(self, name: str, digest: str, *, at: datetime, ends_at: datetime) -> None:
        """Somebody has signed in; sessions that have ended leave."""
        row = {"digest": digest, "account": name, "begun_at": at, "ends_at": ends_at}
        changes = {"failures": 0, "locked_until": None}
        with self._database.write() as connection:
            connection.execute(delete(web_session).where(web_session.c.ends_at <= at))
            connection.execute(update(account).where(account.c.name == name).values(changes))
            connection.execute(insert(web_session), [row])

    def session(self, digest: str, *, at: datetime) -> Account | None:
        """Whose session it is; None: of nobody, or it has ended."""
        query = (
            select(account)
            .join(web_session, web_session.c.account == account.c.name)
            .where(
                web_session.c.digest == digest,
                web_session.c.ends_at > at,
                account.c.disabled_at.is_(None),
            )
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else account_of(row)

    def session_counts(self, *, at: datetime) -> Mapping[str, int]:
        """How many sessions each account has that has any."""
        query = (
            select(web_session.c.account, func.count())
            .where(web_session.c.ends_at > at)
            .group_by(web_session.c.account)
        )
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def end_session(self, digest: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(web_session).where(web_session.c.digest == digest))

    def invite(
        self, digest: str, *, name: str | None = None, at: datetime, ends_at: datetime
    ) -> None:
        """Have one link, and no other, make the first administrator, or choose a password."""
        row = {"digest": digest, "account": name, "made_at": at, "ends_at": ends_at}
        with self._database.write() as connection:
            _invite(connection, row)

    def invited(self, digest: str, *, at: datetime) -> Invitation | None:
        """What a link is for; None: it does not hold, or does not any more."""
        query = select(invitation).where(invitation.c.digest == digest, invitation.c.ends_at > at)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Invitation(account=row.account)

    def accept(self, digest: str, name: str, password: str, act: Act, *, at: datetime) -> bool:
        """Make the first administrator by a link, or give the account that it is for a password.

        Once; False: it does not hold any more, or is for another account.

        Raises:
            InputError: there is an account of this name.
        """
        used = delete(invitation).where(
            invitation.c.digest == digest,
            invitation.c.ends_at > at,
            (invitation.c.account == name) | invitation.c.account.is_(None),
        )
        with self._database.write() as connection:
            found = connection.execute(used.returning(invitation.c.account)).first()
            if found is None:
                return False
            if found.account is None:
                _add(connection, _row(name, Role.ADMINISTRATOR, password, None, at), act)
                return True
            changes = {"password": password, "failures": 0, "locked_until": None}
            connection.execute(update(account).where(account.c.name == name).values(changes))
            append(connection, act, "choose password", {"account": name}, at)
        return True

    def add_token(
        self,
        name: str,
        digest: str,
        scopes: Collection[Scope],
        act: Act,
        *,
        organization: str | None = None,
        at: datetime,
        ends_at: datetime,
    ) -> int:
        """Keep a token; its number."""
        row = {
            "digest": digest,
            "name": name,
            "scopes": sorted(scopes),
            "organization": organization,
            "made_at": at,
            "ends_at": ends_at,
        }
        with self._database.write() as connection:
            statement = insert(access_token).values(row).returning(access_token.c.id)
            number: int = connection.execute(statement).scalar_one()
            details = {
                "token": number,
                "name": name,
                "scopes": sorted(scopes),
                "organization": organization,
                "ends_at": ends_at.isoformat(),
            }
            append(connection, act, "add token", details, at)
        return number

    def tokens(self) -> Sequence[TokenRecord]:
        with self._database.read() as connection:
            rows = connection.execute(select(access_token).order_by(access_token.c.id))
            return [_token(row) for row in rows]

    def revoke_token(self, number: int, act: Act, *, at: datetime) -> None:
        """Have a token open nothing any more.

        Raises:
            InputError: there is none of this number, or it is revoked already.
        """
        statement = update(access_token).where(
            access_token.c.id == number, access_token.c.revoked_at.is_(None)
        )
        with self._database.write() as connection:
            if connection.execute(statement.values(revoked_at=at)).rowcount != 1:
                raise InputError(N_("there is no token {number} to revoke"), number=str(number))
            append(connection, act, "revoke token", {"token": number}, at)

    def token(self, digest: str, *, at: datetime) -> TokenRecord | None:
        """The token, if it is one that still opens anything."""
        query = select(access_token).where(
            access_token.c.digest == digest,
            access_token.c.ends_at > at,
            access_token.c.revoked_at.is_(None),
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _token(row)


def _invite(connection: Connection, row: dict[str, Any]) -> None:
    # A newer link takes the place of the one before.
    connection.execute(
        delete(invitation).where(invitation.c.account.is_not_distinct_from(row["account"]))
    )
    connection.execute(insert(invitation), [row])


def _row(
    name: str, role: Role, password: str | None, organization: str | None, at: datetime
) -> dict[str, Any]:
    return {
        "name": account_name(name),
        "role": role,
        "organization": organization,
        "password": password or "",
        "made_at": at,
        "failures": 0,
    }


def _add(connection: Connection, row: dict[str, Any], act: Act) -> None:
    name = row["name"]
    if connection.scalar(select(account.c.name).where(account.c.name == name)) is not None:
        raise InputError(N_("there is an account '{name}' already"), name=name)
    connection.execute(insert(account), [row])
    details = {"account": name, "role": row["role"], "organization": row["organization"]}
    append(connection, act, "add account", details, row["made_at"])


def required(connection: Connection, name: str) -> Account:
    """The account of this name.

    Raises:
        InputError: there is none.
    """
    row = connection.execute(select(account).where(account.c.name == name)).first()
    if row is None:
        raise InputError(
            N_("there is no account '{name}': 'vigie user list' has them all"), name=name
        )
    return account_of(row)


def require_ours(found: Account) -> None:
    """Refuse to say of somebody what their provider of identities says.

    Raises:
        InputError: one vouches for them.
    """
    if found.issuer is not None:
        raise InputError(
            N_("{issuer} says who '{name}' is, and what they may do: change it there"),
            issuer=found.issuer,
            name=found.name,
        )


def account_of(row: Any) -> Account:
    """An account, from its row."""
    return Account(
        name=row.name,
        role=Role(row.role),
        organization=row.organization,
        password=row.password or None,
        made_at=row.made_at,
        failures=row.failures,
        locked_until=row.locked_until,
        issuer=row.issuer,
        disabled_at=row.disabled_at,
    )


def _token(row: Any) -> TokenRecord:
    return TokenRecord(
        id=row.id,
        name=row.name,
        scopes=[Scope(scope) for scope in row.scopes],
        organization=row.organization,
        made_at=row.made_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
    )
