import { visible } from "../../visible.js";
import { chartSpec, type Drawing } from "../drawing.js";
import { plural } from "../format-value.js";
import { inkColour, plainColour } from "../palette.js";
import type { ParamImportance } from "../param-importance.js";

/** Most params drawn, the most important ones. */
const mostBars = 20;

/**
 * A bar per param, the most important first, with its share; params that cannot be told are named below.
 * @returns undefined when no importance is known
 */
export function paramImportanceChart(metric: string, rows: readonly ParamImportance[]): Drawing | undefined {
  const known = rows.filter(({ importance }) => importance !== undefined);
  if (known.length === 0) return undefined;
  const shown = known.slice(0, mostBars);
  const notes = notesOf(rows, known, shown);
  const values = shown.map((row) => ({
    param: row.param,
    importance: Number((row.importance ?? 0).toFixed(4)),
    text: `${percent(row)}${arrow(row)}`,
    direction: directionText(row),
    runs: row.runs,
  }));
  const y = {
    field: "param",
    type: "nominal",
    title: null,
    sort: shown.map(({ param }) => param),
    axis: { labelLimit: 300 },
  };
  const x = {
    field: "importance",
    type: "quantitative",
    title: `share of ${metric} explained`,
    scale: { domain: [0, 1] },
    axis: { format: "%", grid: false },
  };
  return {
    spec: chartSpec({
      description: `How much each param alone decides ${metric}, for ${plural(shown.length, "param")}.`,
      ...(notes.length > 0 ? { title: { text: notes, anchor: "start", fontSize: 11, fontWeight: "normal" } } : {}),
      width: 420,
      height: { step: 24 },
      data: { values },
      encoding: { y },
      layer: [
        {
          mark: { type: "bar", color: plainColour },
          encoding: {
            x,
            tooltip: [
              { field: "param", type: "nominal" },
              { field: "importance", type: "quantitative", format: ".1%" },
              { field: "direction", type: "nominal" },
              { field: "runs", type: "quantitative" },
            ],
          },
        },
        {
          mark: { type: "text", align: "left", dx: 4, color: inkColour, aria: false },
          encoding: { x, text: { field: "text", type: "nominal" } },
        },
      ],
    }),
    text: textOf(metric, shown, notes),
  };
}

function notesOf(
  rows: readonly ParamImportance[],
  known: readonly ParamImportance[],
  shown: readonly ParamImportance[],
): string[] {
  const notes: string[] = [];
  if (shown.length < known.length) notes.push(`Showing ${shown.length} of ${plural(known.length, "param")}.`);
  const unknown = rows.filter(({ importance }) => importance === undefined).map(({ param }) => param);
  if (unknown.length > 0)
    notes.push(`Too few runs per value to tell: ${unknown.slice(0, 5).join(", ")}${unknown.length > 5 ? ", …" : ""}.`);
  return notes;
}

function textOf(metric: string, shown: readonly ParamImportance[], notes: readonly string[]): string {
  const width = Math.max(...shown.map(({ param }) => visible(param).length));
  const lines = shown.map((row) => `  ${visible(row.param).padEnd(width)}  ${percent(row).padStart(4)}${arrow(row)}`);
  return [`${visible(metric)}: share that each param alone explains`, ...lines, ...notes.map(visible)].join("\n");
}

function percent({ importance = 0 }: ParamImportance): string {
  return `${Math.round(importance * 100)}%`;
}

/** Only what is clear is said. */
function arrow({ direction }: ParamImportance): string {
  if (direction === undefined || Math.abs(direction) < 0.3) return "";
  return direction > 0 ? " ↑" : " ↓";
}

function directionText({ direction }: ParamImportance): string {
  if (direction === undefined) return "";
  if (Math.abs(direction) < 0.3) return "no clear direction";
  return direction > 0 ? "goes up with it" : "goes down with it";
}
