"""Whom the simulated traffic is about: bodies that exist nowhere, in places that do."""

from monitor.simulator.book import Body

BODIES = (
    Body("ORG-101", "Ministère des Exemples"),
    Body("ORG-102", "Régie des démonstrations du Québec"),
    Body("ORG-103", "Centre de services scolaire des Outardes-Bleues"),
    Body("ORG-104", "Cégep de la Rivière-Imaginée"),
    Body("ORG-105", "CISSS de la Vallée-Modèle"),
    Body("ORG-106", "CIUSSS du Fleuve-Simulé"),
    Body("ORG-107", "Société des traversées fictives"),
    Body("ORG-108", "Commission des essais publics"),
    Body("ORG-109", "Office des langues inventées"),
    Body("ORG-110", "Musée des choses qui n'existent pas"),
    Body("ORG-111", "Université du Bas-Exemple"),
    Body("ORG-112", "Tribunal des cas d'école"),
)

LOCAL_PLACES = (
    "Québec",
    "Montréal",
    "Gatineau",
    "Sherbrooke",
    "Trois-Rivières",
    "Saguenay",
    "Rimouski",
    "Rouyn-Noranda",
    "Sept-Îles",
)
REMOTE_PLACES = (
    "Les Îles-de-la-Madeleine",
    "Fermont",
    "Havre-Saint-Pierre",
    "Blanc-Sablon",
    "Chisasibi",
    "Kuujjuaq",
)
