"""As many public bodies as are asked for, none of which exists."""

from collections.abc import Sequence
from itertools import islice, product

from monitor.simulator.book import Body

_KINDS = (
    "Centre de services scolaire",
    "Cégep",
    "CISSS",
    "Régie intermunicipale",
    "Office municipal",
    "Commission",
    "Musée",
    "Société",
    "Bureau",
    "Tribunal",
    "Ministère",
    "Conseil",
)
_NAMES = (
    "des Outardes-Bleues",
    "de la Rivière-Imaginée",
    "de la Vallée-Modèle",
    "du Fleuve-Simulé",
    "des Exemples",
    "des Trois-Essais",
    "du Bas-Exemple",
    "de l'Anse-aux-Nombres",
    "du Lac-Inventé",
    "des Hauts-Brouillons",
    "du Mont-Fictif",
    "de la Baie-des-Cas",
    "du Rapide-Blanc-d'Essai",
    "des Marées-Feintes",
    "du Portage-Supposé",
    "de la Pointe-Hypothèse",
    "du Grand-Calcul",
    "des Îles-Songées",
    "de la Plaine-Probable",
    "du Détour-Prévu",
    "des Quatre-Chemins-Flous",
    "de la Côte-Virtuelle",
    "du Bois-Décimal",
    "des Neiges-Tracées",
    "de l'Échéance",
)


def invented_bodies(number: int) -> Sequence[Body]:
    """So many, with names that differ."""
    names = [f"{kind} {name}" for name, kind in product(_NAMES, _KINDS)]
    found = list(islice(names, number))
    found += [f"{names[index % len(names)]} ({index // len(names) + 1})"
              for index in range(len(names), number)]  # fmt: skip
    return [Body(f"ORG-{1001 + index}", name) for index, name in enumerate(found)]
