"""Who may see the board: accounts of the database, by the settings of the day."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from monitor.access import Account, Role, Visitor, digest_of, fresh_secret
from monitor.access.passwords import kept_of, matches
from monitor.alerts.interventions import Act, Via
from monitor.app.access_desk import INVITATION, AccessDesk
from monitor.app.sign_on import SignOnDesk
from monitor.clock.wall import SystemClock
from monitor.settings.model import WebSettings
from monitor.store.accounts import Accounts
from monitor.store.database import Database
from monitor.web.board.doors import Invited, Refused, SignedIn

_log = structlog.get_logger(__name__)


class Doorkeeper:
    """Sessions go by the machine's clock, whatever clock the cases are judged by."""

    def __init__(
        self,
        database: Database,
        settings: Callable[[], WebSettings],
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._accounts = Accounts(database)
        self._settings = settings
        self._now = now or SystemClock().now
        self.keys = AccessDesk(database, self._now)
        self.sign_on = SignOnDesk(database, settings, self._now, self._signed_in)

    @property
    def anonymous(self) -> Visitor | None:
        if self._settings().anonymous == "none":
            return None
        return Visitor(name="", role=Role.READER, is_person=False)

    @property
    def session(self) -> timedelta:
        return self._settings().session

    @property
    def is_public_over_tls(self) -> bool:
        return (self._settings().public_url or "").startswith("https:")

    @property
    def public_url(self) -> str | None:
        return self._settings().public_url

    def visitor(self, secret: str) -> Visitor | None:
        account = self._accounts.session(digest_of(secret), at=self._now())
        if account is None or not self._stands(account):
            return None
        return account.visitor

    def holder(self, token: str) -> Visitor | None:
        found = self._accounts.token(digest_of(token), at=self._now())
        return None if found is None else found.visitor

    def sign_in(self, name: str, password: str) -> SignedIn | Refused:
        now = self._now()
        account = self._accounts.find(name.strip())
        if account is not None and account.locked_until is not None and now < account.locked_until:
            return Refused(wait=account.locked_until - now)
        may = account is not None and account.disabled_at is None
        if not matches(account.password if account and may else None, password):
            if account is not None and may:
                self._accounts.failed(account.name, at=now)
            _log.warning("sign_in_refused", known=account is not None)
            return Refused()
        assert account is not None  # noqa: S101 - nothing matches where there is none
        return self._signed_in(account.name, now)

    def sign_out(self, secret: str) -> None:
        self._accounts.end_session(digest_of(secret))

    def invited(self, token: str) -> Invited | None:
        found = self._accounts.invited(digest_of(token), at=self._now())
        return None if found is None else Invited(account=found.account)

    def accept(self, token: str, name: str, password: str) -> SignedIn | None:
        now = self._now()
        invited = self.invited(token)
        if invited is None:
            return None
        if invited.account is None:
            act = Act.of(name, "first administrator", Via.LINK)
        else:
            name = invited.account
            act = Act(by=name, why="", via=Via.LINK)
        if not self._accounts.accept(digest_of(token), name, kept_of(password), act, at=now):
            return None
        return self._signed_in(name.strip(), now)

    def invite(self) -> str | None:
        """The secret of a link that makes the first administrator; None: there is one."""
        if self._accounts.has_administrator():
            return None
        secret = fresh_secret()
        now = self._now()
        self._accounts.invite(digest_of(secret), at=now, ends_at=now + INVITATION)
        return secret

    def _stands(self, account: Account) -> bool:
        """Whether whoever vouches for an account still does."""
        return account.issuer is None or self.sign_on.vouches(account.issuer)

    def _signed_in(self, name: str, now: datetime) -> SignedIn:
        secret = fresh_secret()
        self._accounts.begin_session(
            name, digest_of(secret), at=now, ends_at=now + self._settings().session
        )
        return SignedIn(secret=secret)
