"""One dashboard: its panels laid out, its variables, its annotations, its links to the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.models import dashboard as model

from dashboards.colours import VERMILION
from dashboards.panels import DATASOURCE, Panel, Query

WIDTH: Final = 24
_TAG: Final = "vigie"

BOARD: Final = "http://127.0.0.1:9464"
"""Where Vigie's own pages are, until `vigie dashboards export --board` says otherwise."""
RUNBOOKS: Final = "docs/runbooks"
"""Where the runbooks are, until `vigie dashboards export --runbooks` says otherwise."""
PROOF: Final = "${board}/find?q=${__data.fields.Cas:percentencode}"
"""The page that proves the figures of a case, found by what a table has in a column *Cas*."""


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    label: str
    query: str


PROVIDER: Final = Variable("provider", "Prestataire", "label_values(vigie_obligations, provider)")
COMMITMENT: Final = Variable(
    "commitment",
    "Engagement",
    'label_values(vigie_obligations{provider=~"$provider"}, commitment)',
)
REGION: Final = Variable("region", "Région", "label_values(vigie_month_obligations, region)")
ORGANIZATION: Final = Variable(
    "organization",
    "Organisme",
    'label_values(vigie_organization_obligations{provider=~"$provider"}, organization)',
)


def breaches(chosen: str) -> Query:
    """When an obligation became late, of those with these labels."""
    late = f'vigie_obligations{{verdict="breached",{chosen}}}'
    return Query(
        f"max by (provider, commitment) (delta({late}[$__rate_interval])) > 0",
        "{{provider}} : {{commitment}}",
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A heading over the panels that follow it."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    uid: str
    title: str
    description: str
    english: str
    content: Sequence[Panel | Row]
    variables: Sequence[Variable] = ()
    breaches: Query | None = None
    """Drawn across all its panels."""
    since: str = "now-30d"

    @property
    def panels(self) -> Sequence[Panel]:
        return [each for each in self.content if isinstance(each, Panel)]

    def built(self, others: Sequence["Page"]) -> model.Dashboard:
        """The dashboard, with links to the others."""
        made = (
            build.Dashboard(self.title)
            .uid(self.uid)
            .description(self.description)
            .tags([_TAG])
            .timezone("browser")
            .refresh("1m")
            .time(self.since, "now")
            .tooltip(model.DashboardCursorSync.CROSSHAIR)
            .readonly()
            .links([*map(self._link, others), *_elsewhere()])
            .variables(list(self._variables()))
        )
        if self.breaches is not None:
            made.annotation(_annotation(self.breaches))
        for panel in self._laid_out():
            if isinstance(panel, build.Row):
                made.with_row(panel)
            else:
                made.with_panel(panel)
        dashboard = made.build()
        # Whoever imports it gives it a number; a uid alone is its name.
        dashboard.id_val = None
        return dashboard

    def _laid_out(self) -> Iterator[Any]:
        """Panels side by side as far as they fit, row under row; headings across."""
        x = y = tallest = 0
        heading = 1000
        for each in self.content:
            if isinstance(each, Row):
                y, x, tallest = y + tallest, 0, 0
                heading += 1
                place = model.GridPos(h=1, w=WIDTH, x=0, y=y)
                yield build.Row(each.title).id(heading).grid_pos(place)
                y += 1
                continue
            if x + each.width > WIDTH:
                y, x, tallest = y + tallest, 0, 0
            yield each.built(x, y)
            x, tallest = x + each.width, max(tallest, each.height)

    def _link(self, other: "Page") -> build.DashboardLink:
        link = build.DashboardLink(other.title).type(model.DashboardLinkType.LINK)
        return link.url(f"/d/{other.uid}").keep_time(keep_time=True).include_vars(include_vars=True)

    def _variables(self) -> Iterator[Any]:
        yield build.DatasourceVariable("datasource").label("Source de données").type("prometheus")
        for each in self.variables:
            yield (
                build.QueryVariable(each.name)
                .label(each.label)
                .datasource(DATASOURCE)
                .query({"query": each.query, "refId": f"variable-{each.name}"})
                .definition(each.query)
                .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
                .sort(model.VariableSort.ALPHABETICAL_ASC)
                .multi(multi=True)
                .include_all(include_all=True)
                .all_value(".*")
                .current(model.VariableOption(selected=True, text="All", value="$__all"))
            )
        for name, label, value in (
            ("board", "Adresse de Vigie", BOARD),
            ("runbooks", "Adresse des guides", RUNBOOKS),
        ):
            chosen = model.VariableOption(selected=True, text=value, value=value)
            yield build.TextBoxVariable(name).label(label).default_value(value).current(chosen)


def _elsewhere() -> Iterator[build.DashboardLink]:
    """Where no dashboard leads: Vigie's own pages, and what to do about each alert."""
    for title, url in (("Vigie", "${board}"), ("Guides d'intervention", "${runbooks}")):
        link = build.DashboardLink(title).type(model.DashboardLinkType.LINK).url(url)
        yield link.target_blank(target_blank=True)


def _annotation(breaches: Query) -> build.AnnotationQuery:
    query = prometheus.Dataquery().ref_id("Manquements").expr(breaches.expr)
    query.datasource(DATASOURCE).legend_format(breaches.legend)
    return (
        build.AnnotationQuery()
        .name("Manquements")
        .datasource(DATASOURCE)
        .enable(enable=True)
        .hide(hide=False)
        .icon_color(VERMILION)
        .expr(breaches.expr)
        .step("60s")
        .title_format("Manquement")
        .text_format(breaches.legend)
        .target(query)
    )
