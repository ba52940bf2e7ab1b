"""Who of the others has gone: told by their beats, on a clock that nobody sets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.engine.replicas import Peer


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast replicas show that they live, and how long one is waited for; real seconds."""

    beat: float = 1.0
    patience: float = 5.0
    """Without a beat for so long, a replica counts as gone: several beats, so that a moment's
    delay is no death."""


USUAL_PACE = Pace()
"""One that dies is replaced within 7 s: a beat until it was seen last, the wait, and a look."""


class Watch:
    """Remembers each replica's beats, and since when they have not grown.

    What counts is what this process saw by its own monotonic clock: no wall clock, here, there or
    in the database, is asked how late it is, so that none that steps or differs buries the living.
    Whoever did not look for a while, frozen or without its database, cannot tell who lived
    meanwhile, and begins anew.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._seen: dict[int, tuple[int, float]] = {}
        self._looked_at: float | None = None

    def gone(self, peers: Iterable[Peer], *, began: float, ended: float) -> Sequence[Peer]:
        """Those among `peers`, as read between two monotonic instants, who have not lived lately.

        Their time is counted from the end of one reading to the beginning of another, so that the
        readings' own length counts for nobody's death.
        """
        if self._looked_at is None or began - self._looked_at > self._pace.patience / 2:
            self._seen.clear()
        self._looked_at = ended
        seen: dict[int, tuple[int, float]] = {}
        gone = []
        for peer in peers:
            beats, since = self._seen.get(peer.id, (None, ended))
            seen[peer.id] = (peer.beats, since if beats == peer.beats else ended)
            if beats == peer.beats and began - since >= self._pace.patience:
                gone.append(peer)
        self._seen = seen
        return gone
