import { nameAngle, numberAxis } from "../axis-look.js";
import { csvData, mostLabelled } from "../drawing.js";
import { numberFormat } from "../format-value.js";
import { plainColour } from "../palette.js";
import { type ComparedParam, type Comparison, type ComparisonChart, differentValues } from "./comparison.js";

/** Groups that still fit side by side. */
const maxGroups = 20;

/** A metric by the values of a param: a box per value, with the runs as points. */
export const metricBox: ComparisonChart = {
  name: "metric-box",
  view: "box",
  firstMetricOnly: true,
  maxRuns: () => 1000,
  suits: (comparison) => {
    const { metrics, params } = comparison;
    const [param] = params;
    if (metrics.length !== 1 || params.length !== 1 || param === undefined) return false;
    const groups = differentValues(param);
    return groups <= maxGroups && comparison.labels.length / groups >= 3;
  },
  lacks: ({ params }) => (params.length > 0 ? undefined : "a param that differs"),
  draw: (comparison) => {
    const { labels, metrics } = comparison;
    const [metric] = metrics;
    const param = groupingParam(comparison);
    const values = labels.flatMap((run, at) => {
      const value = metric?.last[at];
      if (value === undefined || !Number.isFinite(value)) return [];
      return [{ run, group: String(param.values[at] ?? "missing"), value, best: value === metric?.top }];
    });
    const order = groupOrder(param).filter((group) => values.some((row) => row.group === group));
    const shown = new Set(order.slice(0, maxGroups));
    const width = Math.max(240, Math.min(760, 70 * shown.size));
    const height = 280;
    const x = {
      field: "group",
      type: "nominal",
      title: param.key,
      sort: order,
      axis: { labelAngle: nameAngle([...shown], width / shown.size), labelLimit: 160 },
    };
    const y = {
      field: "value",
      type: "quantitative",
      title: metric?.key ?? "",
      scale: { zero: false, padding: 10 },
      axis: numberAxis(
        values.map(({ value }) => value),
        { length: height },
      ),
    };
    return {
      notes: shown.size < order.length ? [`Showing ${shown.size} of ${order.length} values of ${param.key}.`] : [],
      width,
      height,
      data: csvData(
        values.filter(({ group }) => shown.has(group)),
        { run: "string", group: "string", value: "number", best: "boolean" },
      ),
      layer: [
        {
          mark: {
            type: "boxplot",
            extent: "min-max",
            size: 26,
            box: { color: plainColour, opacity: 0.35 },
            median: { color: plainColour, strokeWidth: 2 },
            rule: { color: plainColour },
            ticks: false,
          },
          encoding: { x, y },
        },
        {
          mark: {
            type: "point",
            filled: true,
            opacity: 0.9,
            color: plainColour,
            aria: values.length <= mostLabelled,
          },
          encoding: {
            x,
            y,
            shape: { condition: { test: "datum.best", value: "diamond" }, value: "circle" },
            size: { condition: { test: "datum.best", value: 160 }, value: 36 },
            tooltip: [
              { field: "run", type: "nominal" },
              { field: "group", type: "nominal", title: param.key },
              { field: "value", type: "quantitative", title: metric?.key ?? "", format: numberFormat },
            ],
          },
        },
      ],
    };
  },
};

/** Of several params the one whose values have the most runs each, yet more than one value. */
function groupingParam({ params }: Comparison): ComparedParam {
  const [first = { key: "", values: [], scale: "category" as const }, ...others] = params;
  const groups = (param: ComparedParam) => Math.max(2, differentValues(param));
  return others.reduce((found, param) => (groups(param) < groups(found) ? param : found), first);
}

/** Numbers by size, texts by the alphabet, what is missing last. */
function groupOrder({ values, scale }: ComparedParam): string[] {
  const present = [...new Set(values.filter((value) => value !== undefined))];
  const sorted = scale === "category" ? present.map(String).sort() : present.sort((a, b) => Number(a) - Number(b));
  return [...new Set([...sorted.map(String), "missing"])];
}
