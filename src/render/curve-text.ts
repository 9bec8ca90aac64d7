import { bestValue } from "../metric-goal.js";
import { visible } from "../visible.js";
import { clip, formatNumber, formatNumberColumn, plural } from "./format-value.js";
import { type MetricSeries, type PointRow, runLabels } from "./rows.js";

/** Characters of a run's name, so that a line of a curve fits a console of 80. */
const labelLength = 24;

/** The curves of a metric as text: a line per run with its last and its best value, in columns; `*` marks the best of all. */
export function curveText(metric: string, series: readonly MetricSeries[], goal: "min" | "max"): string {
  const labels = runLabels(series).map((label) => clip(visible(label), labelLength));
  const lasts = series.map(({ points }) => points.at(-1));
  const bests = series.map(({ points }) => bestPoint(points, goal));
  const top =
    series.length > 1
      ? bestValue(
          bests.map((point) => point?.value),
          goal,
        )
      : undefined;
  const numbers = (points: ReadonlyArray<PointRow | undefined>) =>
    padded(formatNumberColumn(points.map((point) => point?.value ?? Number.NaN)));
  const steps = (points: ReadonlyArray<PointRow | undefined>) =>
    padded(points.map((point) => String(point?.step ?? "")));
  const [lastTexts, lastSteps, bestTexts, bestSteps] = [numbers(lasts), steps(lasts), numbers(bests), steps(bests)];
  const wide = Math.max(0, ...labels.map((label) => label.length));
  const lines = series.map(({ points }, at) => {
    const label = (labels[at] ?? "").padEnd(wide);
    if (points.length === 0) return `  ${label}  no points`;
    const mark = top === undefined ? "" : bests[at]?.value === top ? " *" : "  ";
    const best = bests[at] === undefined ? "" : `, ${goal} ${bestTexts[at]} @ step ${bestSteps[at]}${mark}`;
    return `  ${label}  last ${lastTexts[at]} @ step ${lastSteps[at]}${best}  (${plural(points.length, "point")})`;
  });
  return [`${visible(metric)}, ${plural(series.length, "run")}`, ...lines].join("\n");
}

/** The groups of runs as text: the mean of their last values and its standard deviation. */
export function groupText(
  name: string,
  groups: ReadonlyArray<readonly [group: string, runs: readonly MetricSeries[]]>,
): string {
  const labels = padded(
    groups.map(([group]) => clip(visible(group), labelLength)),
    "end",
  );
  const lines = groups.map(([, runs], at) => {
    const lasts = runs.flatMap(({ points }) => points.at(-1)?.value ?? []).filter(Number.isFinite);
    const mean = lasts.reduce((sum, value) => sum + value, 0) / lasts.length;
    const variance = lasts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (lasts.length - 1);
    const spread = lasts.length > 1 ? ` ± ${formatNumber(Math.sqrt(variance))}` : "";
    return `  ${labels[at]}  ${lasts.length === 0 ? "no value" : formatNumber(mean) + spread}  (${plural(runs.length, "run")})`;
  });
  return [`Mean of the last values by ${clip(visible(name), 40)}, with one standard deviation`, ...lines].join("\n");
}

/** What a curve says in a few words, for screen readers. */
export function pointWords(points: readonly PointRow[], goal: "min" | "max"): string {
  const last = points.at(-1);
  if (!last) return "no points";
  const best = bestPoint(points, goal);
  const top = best ? `, ${goal} ${formatNumber(best.value)} @ step ${best.step}` : "";
  return `last ${formatNumber(last.value)} @ step ${last.step}${top}  (${plural(points.length, "point")})`;
}

export function bestPoint(points: readonly PointRow[], goal: "min" | "max"): PointRow | undefined {
  let best: PointRow | undefined;
  for (const point of points) {
    if (!Number.isFinite(point.value)) continue;
    if (!best || (goal === "min" ? point.value < best.value : point.value > best.value)) best = point;
  }
  return best;
}

function padded(texts: readonly string[], side: "start" | "end" = "start"): string[] {
  const wide = texts.reduce((longest, text) => Math.max(longest, text.length), 0);
  return texts.map((text) => (side === "start" ? text.padStart(wide) : text.padEnd(wide)));
}
