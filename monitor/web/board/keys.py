"""What the board asks of whoever keeps accounts and tokens, for administrators."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.access import Account, Role, Scope, TokenRecord
from monitor.alerts.interventions import Act


class Keys(Protocol):
    """Acts raise InputError where they cannot be; each is a line of the audit log."""

    def now(self) -> datetime: ...

    def accounts(self) -> Sequence[Account]: ...

    def session_counts(self) -> Mapping[str, int]:
        """How many sessions each account has that has any."""

    def add(self, name: str, role: Role, organization: str | None, act: Act) -> str | None:
        """Add an account; the secret of the one-time link that chooses its password."""

    def change(self, name: str, role: Role, organization: str | None, act: Act) -> None: ...

    def disable(self, name: str, act: Act) -> None: ...

    def enable(self, name: str, act: Act) -> None: ...

    def end_sessions(self, name: str, act: Act) -> None: ...

    def reset(self, name: str, act: Act) -> str:
        """Take a password away; the secret of the one-time link that chooses another."""

    def tokens(self) -> Sequence[TokenRecord]: ...

    def add_token(
        self,
        name: str,
        scopes: Collection[Scope],
        organization: str | None,
        lasting: timedelta,
        act: Act,
    ) -> str:
        """Make a token, which is shown once."""

    def revoke_token(self, number: int, act: Act) -> None: ...
