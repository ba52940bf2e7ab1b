"""What channels over HTTP share: one post a message, and what its answer means."""

from collections.abc import Mapping

from monitor.alerts.notification import DeliveryFault
from monitor.outbound.posting import Answer, Poster, PostFault, origin

_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_CLIENT_FAULTS = range(400, 500)
_LATER = frozenset({408, 425, 429})
"""Of the answers that say the request was wrong, those that say only: not now."""
_MAY_HAVE_ACTED = frozenset({500, 502, 504})
_NOBODY_GETS_THROUGH = frozenset({408, 429, 502, 503, 504})


def hand_over(poster: Poster, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post a message; an answer says that it was accepted.

    Raises:
        DeliveryFault: permanent when the server refuses it (4xx but 408, 425 and 429) or redirects
            elsewhere, or leads where it must not; else it may get through later, not before the
            server's `Retry-After`.
    """
    try:
        answer = poster.post(url, body, {"Content-Type": "application/json", **headers})
    except PostFault as fault:
        raise DeliveryFault(
            str(fault),
            permanent=fault.forbidden,
            whole_channel=not fault.forbidden,
            uncertain=fault.begun,
        ) from None
    if answer.status in _OK:
        return answer
    raise _refusal(answer, origin(url))


def _refusal(answer: Answer, where: str) -> DeliveryFault:
    status = answer.status
    said = f": {answer.text}" if answer.text else ""
    if status in _REDIRECTS:
        return DeliveryFault(
            f"{where}: answered {status}, a redirect, which is not followed; write where it leads",
            permanent=True,
        )
    return DeliveryFault(
        f"{where}: answered {status}{said}",
        permanent=status in _CLIENT_FAULTS and status not in _LATER,
        retry_after=answer.wait,
        whole_channel=status in _NOBODY_GETS_THROUGH,
        uncertain=status in _MAY_HAVE_ACTED,
    )
