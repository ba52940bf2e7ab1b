"""Which replica should poll which source: the same answer wherever it is worked out."""

from collections import Counter
from collections.abc import Collection, Mapping


def fair_shares(
    willing: Mapping[int, Collection[str]], held: Mapping[str, int | None]
) -> dict[str, int]:
    """By source, the replica that should poll it; a source that none can poll is left out.

    A replica keeps what it has, unless it could give a source to one that has two fewer: shares
    differ by one at most, where all replicas have the same configuration, and no more sources move
    than that takes.

    Args:
        willing: the living replicas, each with the sources that its configuration has.
        held: the sources, with whoever polls them now; None: nobody.
    """
    shares = {
        source: holder
        for source, holder in held.items()
        if holder is not None and source in willing.get(holder, ())
    }
    counts = Counter(shares.values())

    def least(source: str) -> int | None:
        able = [replica for replica, sources in willing.items() if source in sources]
        return min(able, key=lambda replica: (counts[replica], replica), default=None)

    for source in sorted(held.keys() - shares.keys()):
        taker = least(source)
        if taker is not None:
            shares[source] = taker
            counts[taker] += 1
    # From whoever has most to whoever has fewest, so that as few as possible move.
    while moves := [
        (counts[giver] - counts[taker], source, taker)
        for source, giver in shares.items()
        if (taker := least(source)) is not None and counts[giver] - counts[taker] > 1
    ]:
        _, source, taker = max(moves)
        counts[shares[source]] -= 1
        counts[taker] += 1
        shares[source] = taker
    return shares
