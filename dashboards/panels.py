"""One panel: what it asks, in which words, and how it is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    heatmap,
    prometheus,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as common_model
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.colours import BLUE, VERDICTS

DATASOURCE: Final = common_model.DataSourceRef(type_val="prometheus", uid="${datasource}")
_REFS: Final = "ABCDEFGH"


class Look(StrEnum):
    STAT = "stat"
    SERIES = "timeseries"
    TABLE = "table"
    BARS = "bargauge"
    HEAT = "heatmap"


_BUILDERS: Final[Mapping[Look, Callable[[], Any]]] = {
    Look.STAT: stat.Panel,
    Look.SERIES: timeseries.Panel,
    Look.TABLE: table.Panel,
    Look.BARS: bargauge.Panel,
    Look.HEAT: heatmap.Panel,
}
_AT_AN_INSTANT: Final = {Look.STAT, Look.TABLE, Look.BARS}


@dataclass(frozen=True, slots=True)
class Query:
    expr: str
    legend: str = ""
    """A template of labels; empty: the labels as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    id: int
    """Of its dashboard; links lead to it, so it stays when others come and go."""
    look: Look
    title: str
    question: str
    """In French: shown with the panel."""
    english: str
    """The same, for docs/dashboards.md."""
    queries: Sequence[Query]
    width: int
    height: int = 8
    unit: str = "short"
    decimals: int | None = None
    thresholds: Sequence[tuple[float | None, str]] = ((None, BLUE),)
    """From which value on which colour; None: from below all."""
    draws_thresholds: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    """Of a table, by the names of labels and of queries: what they are called, in their order."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Of columns that have one of their own."""
    link: tuple[str, str] | None = None
    """Title and address that a value leads to."""
    by_verdict: bool = False
    """Its series are verdicts, and have their colours."""
    smallest: float | None = None
    largest: float | None = None

    @property
    def is_instant(self) -> bool:
        return self.look in _AT_AN_INSTANT

    def built(self, x: int, y: int) -> Any:
        """The panel as the SDK has it, at this place."""
        panel = (
            _BUILDERS[self.look]()
            .id(self.id)
            .title(self.title)
            .description(self.question)
            .datasource(DATASOURCE)
            .grid_pos(model.GridPos(h=self.height, w=self.width, x=x, y=y))
            .unit(self.unit)
            .no_value("–")
            .targets([self._target(*pair) for pair in zip(_REFS, self.queries, strict=False)])
        )
        if self.look is not Look.HEAT:
            panel.thresholds(_thresholds(self.thresholds))
        if self.decimals is not None:
            panel.decimals(self.decimals)
        if self.smallest is not None:
            panel.min(self.smallest)
        if self.largest is not None:
            panel.max(self.largest)
        if self.link is not None:
            title, url = self.link
            panel.data_links([build.DashboardLink(title).url(url).type(_LINK)])
        if self.by_verdict:
            for verdict, (name, colour) in VERDICTS.items():
                panel.override_by_name(verdict, [_property("displayName", name), _fixed(colour)])
        self._drawn(panel)
        return panel

    def _target(self, ref: str, query: Query) -> prometheus.Dataquery:
        target = prometheus.Dataquery().ref_id(ref).expr(query.expr).datasource(DATASOURCE)
        target.exemplar(exemplar=False)
        if query.legend:
            target.legend_format(query.legend)
        if self.look is Look.HEAT:
            target.format(PromQueryFormat.HEATMAP)
        elif self.look is Look.TABLE:
            target.format(PromQueryFormat.TABLE)
        return target.instant() if self.is_instant else target.range()

    def _drawn(self, panel: Any) -> None:
        match self.look:
            case Look.STAT:
                panel.graph_mode(common_model.BigValueGraphMode.NONE)
                panel.color_mode(common_model.BigValueColorMode.VALUE)
                panel.reduce_options(_last())
            case Look.BARS:
                panel.reduce_options(_last())
                panel.orientation(common_model.VizOrientation.HORIZONTAL)
                panel.display_mode(common_model.BarGaugeDisplayMode.BASIC)
            case Look.SERIES:
                panel.line_width(2).fill_opacity(0).span_nulls(span_nulls=False)
                panel.legend(_legend())
                panel.tooltip(_tooltip())
                if self.draws_thresholds:
                    style = common_model.GraphThresholdsStyleMode.DASHED
                    panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
            case Look.HEAT:
                # One hue from dark to light: read by those who see no colours, too.
                colour = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME)
                colour.scheme("Cividis").steps(32).exponent(0.5)
                panel.calculate(calculate=False).color(colour)
            case Look.TABLE:
                self._as_table(panel)

    def _as_table(self, panel: Any) -> None:
        panel.show_header(show_header=True)
        transformations = [model.DataTransformerConfig(id_val="merge", options={})]
        hidden = {"Time": True, "__name__": True, "job": True, "instance": True}
        transformations.append(
            model.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": hidden,
                    "indexByName": {name: at for at, name in enumerate(self.columns)},
                    "renameByName": dict(self.columns),
                },
            )
        )
        panel.transformations(transformations)
        for name, unit in self.units.items():
            panel.override_by_name(self.columns[name], [_property("unit", unit)])


_LINK: Final = model.DashboardLinkType.LINK


def _thresholds(steps: Sequence[tuple[float | None, str]]) -> build.ThresholdsConfig:
    made = [model.Threshold(value=value, color=colour) for value, colour in steps]
    return build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(made)


def _property(name: str, value: object) -> model.DynamicConfigValue:
    return model.DynamicConfigValue(id_val=name, value=value)


def _fixed(colour: str) -> model.DynamicConfigValue:
    return _property("color", {"mode": "fixed", "fixedColor": colour})


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False)


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().show_legend(show_legend=True)
    legend.display_mode(common_model.LegendDisplayMode.LIST)
    return legend.placement(common_model.LegendPlacement.BOTTOM)


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.MULTI)
