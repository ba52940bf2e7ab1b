"""Acts of operators that come over HTTP, on the station's database and by its configuration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts.interventions import Act, Silencing, Via
from monitor.alerts.links import LinkFault
from monitor.app.station import Station
from monitor.cases.observation import CaseKey
from monitor.clock import zone
from monitor.errors import InputError
from monitor.locale import LanguageCode, language
from monitor.locale.marking import N_
from monitor.store.interventions import Interventions
from monitor.store.notes import Notes
from monitor.store.oncall import Linked, OnCall
from monitor.web.duty import LinkedObligation, LinkState, NoSuchCaseError


class HttpDuty:
    """What the pages ask of; `wake` has the acts heeded at once."""

    def __init__(self, station: Station, wake: Callable[[], None]) -> None:
        self._station = station
        self._wake = wake
        self._acts = Interventions(station.database)
        self._on_call = OnCall(station.database)
        self._notes = Notes(station.database)

    @property
    def api_token(self) -> str | None:
        token = self._station.parts.configuration.settings.web.api_token
        return None if token is None else token.get_secret_value()

    def now(self) -> datetime:
        return self._station.clock.now()

    def acknowledge(self, case: str, commitment: str | None, act: Act, until: datetime) -> None:
        self._acts.acknowledge(self._key(case), commitment, act, until=until, at=self.now())
        self._wake()

    def end_acknowledgement(self, case: str, commitment: str | None, act: Act) -> None:
        self._acts.end_acknowledgement(self._key(case), commitment, act, at=self.now())
        self._wake()

    def hold(self, case: str, act: Act) -> None:
        self._acts.hold(self._key(case), act, at=self.now())
        self._wake()

    def release(self, case: str, act: Act) -> None:
        self._acts.release(self._key(case), act, at=self.now())
        self._wake()

    def note(self, case: CaseKey, act: Act) -> None:
        self._notes.add(case, act, at=self.now())

    def silence(
        self,
        matchers: Mapping[str, Sequence[str]],
        act: Act,
        *,
        starts_at: datetime | None,
        ends_at: datetime,
    ) -> int:
        now = self.now()
        return self._acts.silence(
            matchers, act, starts_at=starts_at or now, ends_at=ends_at, at=now
        )

    def end_silence(self, number: int, act: Act) -> None:
        self._acts.end_silence(number, act, at=self.now())
        self._wake()

    def silencings(self) -> Sequence[Silencing]:
        return self._on_call.silencings(now=self.now())

    def linked(self, token: str) -> LinkedObligation:
        return self._read(token)[0]

    def follow(self, token: str, by: str, why: str, until: datetime) -> LinkedObligation:
        found, linked, digest = self._read(token)
        if found.state is not LinkState.GOOD or linked is None:
            return found
        acted = self._acts.acknowledge_by_link(
            digest,
            linked.key,
            linked.commitment,
            Act.of(by, why, Via.LINK),
            until=until,
            at=self.now(),
        )
        if not acted:
            return replace(found, state=LinkState.USED)
        self._wake()
        return found

    def _read(self, token: str) -> tuple[LinkedObligation, Linked | None, str]:
        """What a link leads to, as shown and as stored, and its digest."""
        parts = self._station.parts
        lang = parts.configuration.settings.lang
        links = parts.rules.links
        claim = LinkFault.WRONG if links is None else links.read(token, self.now())
        if isinstance(claim, LinkFault):
            return LinkedObligation(state=LinkState(claim.value), lang=lang), None, ""
        linked = self._on_call.linked(claim.notification_key, link=claim.digest)
        if linked is None:
            return LinkedObligation(state=LinkState.WRONG, lang=lang), None, ""
        return self._shown(linked), linked, claim.digest

    def _shown(self, linked: Linked) -> LinkedObligation:
        state = LinkState.GOOD if linked.is_open else LinkState.CLOSED
        version = self._station.parts.rules.book.versions[-1]
        code: LanguageCode = "en" if linked.lang == "en" else "fr"
        promised = version.by_id.get(linked.commitment)
        names = {provider.id: provider.name for provider in version.providers}
        return LinkedObligation(
            state=LinkState.USED if linked.link_used else state,
            lang=code,
            case=linked.key.ref,
            provider=names.get(linked.key.provider, linked.key.provider),
            commitment=linked.commitment
            if promised is None
            else language(code).label(promised.label),
            due_at=linked.due_at,
            zone=zone(version.zone),
            key=linked.key,
        )

    def _key(self, case: str) -> CaseKey:
        found = self._station.readings.cases_named(case)
        if not found:
            raise NoSuchCaseError(N_("no case has the reference '{case}'"), case=case)
        if len(found) > 1:
            raise InputError(
                N_("'{name}' is the reference of several cases: write one of {listed}"),
                name=case,
                listed=", ".join(map(str, found)),
            )
        return found[0]
