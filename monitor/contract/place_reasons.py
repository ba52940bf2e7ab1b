"""Why a place is in a region, as a code and as a sentence in both languages."""

from enum import StrEnum

from monitor.contract.vocabulary import Text


class PlaceReason(StrEnum):
    """Bounded: each has a sentence in both languages."""

    NAMED_ISLAND = "named_island"
    NORTH_OF_50 = "north_of_50"
    EXEMPT = "exempt"
    SOUTH_BY_ROAD = "south_by_road"
    SOUTH = "south"
    ENCLAVE = "enclave"
    FERRY = "ferry"
    STRADDLES = "straddles"
    POSTAL_AREA = "postal_area"
    RULING = "ruling"
    SEASON = "season"
    AMBIGUOUS_NAME = "ambiguous_name"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    NO_PLACE = "no_place"


_SENTENCES = {
    PlaceReason.NAMED_ISLAND: (
        "{name} : île nommée par le contrat parmi les régions éloignées.",
        "{name}: an island the contract names among the remote regions.",
    ),
    PlaceReason.NORTH_OF_50: (
        "{name} : au nord du 50e parallèle.",
        "{name}: north of the 50th parallel.",
    ),
    PlaceReason.EXEMPT: (
        "{name} : au nord du 50e parallèle, mais exceptée par le contrat.",
        "{name}: north of the 50th parallel, but exempted by the contract.",
    ),
    PlaceReason.SOUTH_BY_ROAD: (
        "{name} : au sud du 50e parallèle, accessible par la route.",
        "{name}: south of the 50th parallel, reachable by road.",
    ),
    PlaceReason.SOUTH: (
        "{name} : au sud du 50e parallèle et hors des îles nommées.",
        "{name}: south of the 50th parallel and none of the named islands.",
    ),
    PlaceReason.ENCLAVE: (
        "{name} : enclavée dans Sept-Îles, que le contrat excepte, sans en faire partie.",
        "{name}: enclosed in Sept-Îles, which the contract exempts, without being part of it.",
    ),
    PlaceReason.FERRY: (
        "{name} : île au sud du 50e parallèle, desservie par un traversier.",
        "{name}: an island south of the 50th parallel, served by a ferry.",
    ),
    PlaceReason.STRADDLES: (
        "{name} : territoire à cheval sur le 50e parallèle.",
        "{name}: a territory on both sides of the 50th parallel.",
    ),
    PlaceReason.POSTAL_AREA: (
        "{name} : secteur postal entièrement au sud du 50e parallèle.",
        "{name}: a postal area wholly south of the 50th parallel.",
    ),
    PlaceReason.RULING: (
        "{name} : région fixée par une décision de l’exploitant.",
        "{name}: the region is set by a ruling of the operator.",
    ),
    PlaceReason.SEASON: (
        "{name} : dépend de la saison, et aucune date n’est donnée.",
        "{name}: depends on the season, and no date is given.",
    ),
    PlaceReason.AMBIGUOUS_NAME: (
        "{name} : plusieurs lieux de régions différentes portent ce nom; à confirmer.",
        "{name}: several places in different regions have this name; to be confirmed.",
    ),
    PlaceReason.CONFLICT: (
        "{name} : le nom et le code postal indiquent des régions différentes; à confirmer.",
        "{name}: the name and the postal code lead to different regions; to be confirmed.",
    ),
    PlaceReason.UNKNOWN: (
        "« {name} » : lieu inconnu; à confirmer.",
        "'{name}': unknown place; to be confirmed.",
    ),
    PlaceReason.NO_PLACE: (
        "Aucun lieu de livraison n’est indiqué; à confirmer.",
        "No delivery place is stated; to be confirmed.",
    ),
}


def sentence(reason: PlaceReason, name: str) -> Text:
    """The reason for a place of this name, with the spaces that French wants."""
    fr, en = _SENTENCES[reason]
    for mark in (" :", "« ", " »"):
        fr = fr.replace(mark, mark.replace(" ", "\N{NO-BREAK SPACE}"))
    return Text(fr=fr.format(name=name), en=en.format(name=name))
