"""Accounts and tokens as administrators keep them, from the board, the API and the commands."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.access import (
    Account,
    Role,
    Scope,
    TokenRecord,
    account_name,
    digest_of,
    fresh_secret,
    fresh_token,
    organization_name,
    role_of,
)
from monitor.alerts.interventions import Act
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.account_changes import AccountChanges
from monitor.store.accounts import Accounts
from monitor.store.database import Database

INVITATION = timedelta(days=1)
"""How long a one-time link holds."""
LONGEST_TOKEN = timedelta(days=3660)


class AccessDesk:
    """Every act is one line of the audit log. Secrets are returned once, and kept as digests."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._accounts = Accounts(database)
        self._changes = AccountChanges(database)
        self._now = now

    def now(self) -> datetime:
        return self._now()

    def accounts(self) -> Sequence[Account]:
        return self._accounts.all()

    def session_counts(self) -> Mapping[str, int]:
        return self._accounts.session_counts(at=self._now())

    def add(
        self, name: str, role: Role, organization: str | None, act: Act, password: str | None = None
    ) -> str | None:
        """Add an account; the secret of the link that chooses its password, where none is given.

        Raises:
            InputError: the name or the organisation will not do, or there is one of this name.
        """
        wanted, limit, now = account_name(name), organization_name(organization, role), self._now()
        self._accounts.add(wanted, role, password, act, organization=limit, at=now)
        if password is not None:
            return None
        secret = fresh_secret()
        self._accounts.invite(digest_of(secret), name=wanted, at=now, ends_at=now + INVITATION)
        return secret

    def change(self, name: str, role: Role, organization: str | None, act: Act) -> None:
        """Have an account be another role's, or see another organisation.

        Raises:
            InputError: there is none of this name, a provider says what it may, or it is one's own.
        """
        _require_another(name, act)
        limit = organization_name(organization, role)
        self._changes.change(name, role, limit, act, at=self._now())

    def disable(self, name: str, act: Act) -> None:
        """Have an account open nothing.

        Raises:
            InputError: there is none of this name, or it is one's own.
        """
        _require_another(name, act)
        self._changes.disable(name, act, at=self._now())

    def enable(self, name: str, act: Act) -> None:
        """Have an account open again what it opened.

        Raises:
            InputError: there is none of this name.
        """
        self._changes.enable(name, act, at=self._now())

    def end_sessions(self, name: str, act: Act) -> None:
        """Have whoever is signed in by an account sign in again.

        Raises:
            InputError: there is none of this name.
        """
        self._changes.end_sessions(name, act, at=self._now())

    def reset(self, name: str, act: Act) -> str:
        """Take an account's password away; the secret of the link that chooses another.

        Raises:
            InputError: there is none of this name, a provider vouches for it, or it is one's own.
        """
        _require_another(name, act)
        secret, now = fresh_secret(), self._now()
        self._changes.reset(name, digest_of(secret), act, at=now, ends_at=now + INVITATION)
        return secret

    def tokens(self) -> Sequence[TokenRecord]:
        return self._accounts.tokens()

    def add_token(
        self,
        name: str,
        scopes: Collection[Scope],
        organization: str | None,
        lasting: timedelta,
        act: Act,
    ) -> str:
        """Make a token, which is shown once.

        Raises:
            InputError: the name, the organisation, the scopes or the span will not do.
        """
        if not scopes:
            raise InputError(N_("a token is for something: choose what it may do"))
        if not timedelta() < lasting <= LONGEST_TOKEN:
            raise InputError(N_("a token lasts ten years at most: give it a shorter time"))
        limit = organization_name(organization, role_of(scopes))
        token, now = fresh_token(), self._now()
        self._accounts.add_token(
            account_name(name),
            digest_of(token),
            scopes,
            act,
            organization=limit,
            at=now,
            ends_at=now + lasting,
        )
        return token

    def revoke_token(self, number: int, act: Act) -> None:
        """Have a token open nothing any more.

        Raises:
            InputError: there is none of this number, or it is revoked already.
        """
        self._accounts.revoke_token(number, act, at=self._now())


def _require_another(name: str, act: Act) -> None:
    """Whoever acts goes on being administrator: so there always is one.

    Raises:
        InputError: they would act on their own account.
    """
    if name == act.by:
        raise InputError(
            N_("'{name}' is your own account: have another administrator change it"), name=name
        )
