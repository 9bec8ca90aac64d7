import { nameAngle, numberAxis } from "../axis-look.js";
import { csvData, mostLabelled } from "../drawing.js";
import { numberFormat, plural } from "../format-value.js";
import { distinctColours, plainColour, runScales } from "../palette.js";
import { type ComparedParam, type Comparison, type ComparisonChart, differentValues } from "./comparison.js";

/** More categories than this cannot be read along an axis. */
const maxCategories = 30;

/** More points than this are small and let others shine through. */
const manyPoints = 200;

/** Pixels. */
const width = 480;
const height = 280;

/**
 * One metric against a param: a point per run, joined in the order of the param where that is a number and runs share its values,
 * or nothing else differs. Without a param that
 * differs, one metric against another. A run that lacks the param stands apart, as a triangle at the frame.
 */
export const paramScatter: ComparisonChart = {
  name: "param-scatter",
  view: "scatter",
  firstMetricOnly: true,
  maxRuns: () => 1000,
  suits: ({ labels, metrics, params }) => {
    const [param] = params;
    if (metrics.length !== 1 || params.length !== 1 || param === undefined || param.scale === "category") return false;
    const present = param.values.filter((value) => value !== undefined).length;
    return differentValues(param) >= 3 && present > labels.length / 2;
  },
  lacks: ({ params, metrics }) =>
    params.length > 0 || metrics.length > 1 ? undefined : "a param that differs, or a second metric",
  draw: (comparison) => {
    const { labels, metrics, params, places } = comparison;
    const across = acrossOf(comparison);
    const [metric] = metrics;
    const points = pointsOf(comparison, across);
    const [placed, apart] = [points.filter(({ x }) => x !== null), points.filter(({ x }) => x === null)];
    const category = across.scale === "category";
    const scale = category
      ? {}
      : { scale: { ...(across.scale === "log" ? { type: "log", nice: false } : { zero: false }), padding: 16 } };
    const names = [...new Set(shown(placed, category).map((point) => String(point.x)))];
    const x = {
      field: "x",
      type: category ? "nominal" : "quantitative",
      title: across.key,
      ...scale,
      axis: category
        ? { labelAngle: nameAngle(names, width / names.length), labelLimit: 160 }
        : numberAxis(across.values, { log: across.scale === "log", length: width }),
    };
    const y = {
      field: "y",
      type: "quantitative",
      title: metric?.key ?? "",
      scale: { zero: false, padding: 10 },
      axis: numberAxis(
        points.map((point) => point.y),
        { length: height },
      ),
    };
    const different = new Set(placed.map((point) => point.x)).size;
    const repeated = different < placed.length;
    // As on a grid. Of draws at random a few are the same by chance, and say nothing of the others.
    const grouped = different <= placed.length / 2;
    const best = points.filter((point) => point.best).map(({ run }) => run);
    const ofRun = { field: "run", type: "nominal", legend: null, scale: runScales(labels, labels, places).colour };
    const colour = labels.length <= distinctColours ? { color: ofRun } : {};
    const notes = best.length > 0 && best.length < 4 ? [`Best (shown as a diamond): ${best.join(", ")}.`] : [];
    if (apart.length > 0)
      notes.push(`${plural(apart.length, "run")} at the left, as a triangle: ${across.key} is missing.`);
    if (category && differentValues(across) > maxCategories)
      notes.push(`Showing ${maxCategories} of ${differentValues(across)} values of ${across.key}.`);
    const tooltip = [
      { field: "run", type: "nominal" },
      { field: "x", type: category ? "nominal" : "quantitative", title: across.key },
      { field: "y", type: "quantitative", title: metric?.key ?? "", format: numberFormat },
    ];
    return {
      notes,
      width,
      height,
      data: csvData(shown(placed, category), {
        run: "string",
        x: category ? "string" : "number",
        y: "number",
        best: "boolean",
      }),
      layer: [
        // Where other params differ too, neighbours have little in common but their place.
        ...(placed.length > 1 && !category && metrics.length === 1 && (params.length === 1 || grouped)
          ? [
              {
                mark: { type: "line", color: plainColour, opacity: 0.35, aria: false },
                // Several runs at one value: the line runs through their mean.
                encoding: { x, y: repeated ? { ...y, aggregate: "mean" } : y },
              },
            ]
          : []),
        {
          ...(category
            ? {}
            : {
                params: [
                  {
                    name: "zoom",
                    select: { type: "interval", zoom: "wheel![event.ctrlKey || event.metaKey]" },
                    bind: "scales",
                  },
                ],
              }),
          mark: {
            type: "point",
            filled: true,
            color: plainColour,
            aria: placed.length <= mostLabelled,
          },
          encoding: {
            x,
            y,
            ...colour,
            shape: { condition: { test: "datum.best", value: "diamond" }, value: "circle" },
            // Of many, those that lie on one another show as darker.
            opacity: { condition: { test: "datum.best", value: 1 }, value: placed.length > manyPoints ? 0.5 : 1 },
            size: { condition: { test: "datum.best", value: 160 }, value: placed.length > manyPoints ? 30 : 70 },
            tooltip,
          },
        },
        ...(apart.length > 0
          ? [
              {
                data: {
                  values: apart.map(({ run, y: value, best: top }) => ({ run, y: value, best: top, x: "missing" })),
                },
                mark: { type: "point", filled: false, shape: "triangle-left", size: 70, color: plainColour },
                encoding: {
                  x: { value: 5 },
                  y,
                  ...colour,
                  tooltip: [tooltip[0], { field: "x", type: "nominal", title: across.key }, tooltip[2]],
                },
              },
            ]
          : []),
      ],
    };
  },
};

/** What lies along x: the first param, else the second metric. */
function acrossOf({ params, metrics }: Comparison): ComparedParam {
  return params[0] ?? { key: metrics[1]?.key ?? "", values: metrics[1]?.last ?? [], scale: "linear" };
}

interface Point {
  run: string;
  /** null: the run has no value of the param. */
  x: string | number | null;
  y: number;
  best: boolean;
}

function pointsOf({ labels, metrics }: Comparison, { values, scale }: ComparedParam): Point[] {
  const [metric] = metrics;
  return labels.flatMap((run, at) => {
    const y = metric?.last[at];
    if (y === undefined || !Number.isFinite(y)) return [];
    const value = values[at];
    const drawn = typeof value === "number" ? Number.isFinite(value) : value !== undefined;
    return [
      {
        run,
        x: drawn && value !== undefined ? (scale === "category" ? String(value) : value) : null,
        y,
        best: y === metric?.top,
      },
    ];
  });
}

function shown(points: readonly Point[], category: boolean): readonly Point[] {
  if (!category) return points;
  const kept = new Set([...new Set(points.map(({ x }) => x))].slice(0, maxCategories));
  return points.filter(({ x }) => kept.has(x));
}
