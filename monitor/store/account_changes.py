"""What administrators change about accounts: what they may, whether they may, and since when."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from monitor.access import Role
from monitor.alerts.interventions import Act
from monitor.store.accounts import require_ours, required
from monitor.store.audit import append
from monitor.store.database import Database
from monitor.store.tables import account, invitation, web_session


class AccountChanges:
    """Each is one transaction, with its line of the audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(
        self, name: str, role: Role, organization: str | None, act: Act, *, at: datetime
    ) -> None:
        """Have an account be another role's, or see another organisation; at once.

        Raises:
            InputError: there is none of this name, or a provider says what it may.
        """
        changes = {"role": role, "organization": organization}
        with self._database.write() as connection:
            require_ours(required(connection, name))
            connection.execute(update(account).where(account.c.name == name).values(changes))
            append(connection, act, "change account", {"account": name, **changes}, at)

    def disable(self, name: str, act: Act, *, at: datetime) -> None:
        """Have an account open nothing, and end its sessions; it keeps its name.

        Raises:
            InputError: there is none of this name.
        """
        self._set(name, {"disabled_at": at}, "disable account", act, at)

    def enable(self, name: str, act: Act, *, at: datetime) -> None:
        """Have an account open again what it opened.

        Raises:
            InputError: there is none of this name.
        """
        changes = {"disabled_at": None, "failures": 0, "locked_until": None}
        self._set(name, changes, "enable account", act, at)

    def end_sessions(self, name: str, act: Act, *, at: datetime) -> None:
        """Have whoever is signed in by an account sign in again.

        Raises:
            InputError: there is none of this name.
        """
        self._set(name, {}, "end sessions", act, at)

    def reset(self, name: str, digest: str, act: Act, *, at: datetime, ends_at: datetime) -> None:
        """Take an account's password and sessions away; a link has another one chosen.

        Raises:
            InputError: there is none of this name, or a provider vouches for whoever it is.
        """
        row = {"digest": digest, "account": name, "made_at": at, "ends_at": ends_at}
        changes = {"password": "", "failures": 0, "locked_until": None}
        with self._database.write() as connection:
            require_ours(required(connection, name))
            connection.execute(update(account).where(account.c.name == name).values(changes))
            connection.execute(delete(web_session).where(web_session.c.account == name))
            connection.execute(delete(invitation).where(invitation.c.account == name))
            connection.execute(insert(invitation), [row])
            append(connection, act, "reset account", {"account": name}, at)

    def _set(self, name: str, changes: dict[str, Any], what: str, act: Act, at: datetime) -> None:
        with self._database.write() as connection:
            required(connection, name)
            if changes:
                connection.execute(update(account).where(account.c.name == name).values(changes))
            connection.execute(delete(web_session).where(web_session.c.account == name))
            append(connection, act, what, {"account": name}, at)
