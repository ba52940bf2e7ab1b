// The share kept, month by month; the table below it says the same to whoever sees no picture.
"use strict";

for (const place of document.querySelectorAll("[data-trend]")) {
  const { months, series, target } = JSON.parse(place.dataset.trend);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const tones = ["--accent", "--warn", "--good", "--unsure"];
  const dashes = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
  const known = series.some((each) => each.values.some((value) => value !== null));
  if (!known) {
    place.remove();
    continue;
  }
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: 240,
      padding: [8, 40, 0, 8],
      legend: { live: false },
      scales: { x: { time: false }, y: { range: [0, 102] } },
      axes: [
        { ...axis, values: (_plot, at) => at.map((n) => (Number.isInteger(n) ? months[n] ?? "" : "")) },
        { ...axis, values: (_plot, at) => at.map((n) => `${n} %`) },
      ],
      series: [
        { label: "" },
        ...series.map((each, n) => ({
          label: each.name,
          stroke: colour(tones[n % tones.length]),
          dash: dashes[n % dashes.length],
          width: 2,
          points: { size: 7 },
        })),
        ...(target
          ? [{ label: target.name, stroke: colour("--bad"), dash: [3, 3], width: 1, points: { show: false } }]
          : []),
      ],
    },
    [months.map((_month, n) => n), ...series.map((each) => each.values),
      ...(target ? [months.map(() => target.value)] : [])],
    place,
  );
  addEventListener("resize", () => chart.setSize({ width: place.clientWidth, height: 240 }));
}
