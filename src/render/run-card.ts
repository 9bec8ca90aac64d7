import { own } from "../own.js";
import { visible } from "../visible.js";
import { escapeHtml } from "./escape-html.js";
import { clip, formatDuration, formatNumber, plural } from "./format-value.js";
import type { MimeBundle } from "./mime-bundle.js";
import type { RunRow } from "./rows.js";

export interface RunCardOptions {
  experimentName?: string;
  /** Why a run FAILED or was KILLED; its first line is shown. */
  error?: string;
  /** What else to say, one line each: where the run was kept, what was cut. */
  notes?: readonly string[];
  /** Most metrics shown. Default 8. */
  maxMetrics?: number;
}

/** A sign and a colour that reads on white and on dark grey. */
const looks: Readonly<Record<string, { sign: string; colour: string }>> = {
  FINISHED: { sign: "✓", colour: "#009E73" },
  FAILED: { sign: "✗", colour: "#D55E00" },
  KILLED: { sign: "■", colour: "#B8860B" },
  RUNNING: { sign: "●", colour: "#3B82C4" },
  SCHEDULED: { sign: "○", colour: "#3B82C4" },
};

/** One compact card at the end of a run's cell: name, id, status, duration, last metrics. HTML and plain text. */
export function runCard(run: RunRow, options: RunCardOptions = {}): MimeBundle {
  const { info, data } = run;
  const { sign, colour } = own(looks, info.status) ?? { sign: "·", colour: "inherit" };
  const duration = info.endTime === undefined ? "" : formatDuration(info.endTime - info.startTime);
  const keys = Object.keys(data.metrics);
  const shown = keys.slice(0, options.maxMetrics ?? 8);
  const more = keys.length > shown.length ? [`${keys.length - shown.length} more`] : [];
  const metrics = shown.map((key) => ({ key, value: formatNumber(own(data.metrics, key) ?? Number.NaN) }));
  const error = options.error === undefined ? [] : [clip(options.error.split("\n")[0] ?? "", 300)];
  const experiment = options.experimentName === undefined ? [] : [options.experimentName];
  const facts = [...experiment, info.runId.slice(0, 8), ...(duration === "" ? [] : [duration])];
  const lines = [...error, ...(options.notes ?? [])];

  const plain = [
    `${sign} ${info.runName}  ${info.status}  ${facts.join("  ")}`,
    ...(metrics.length > 0 ? [`  ${[...metrics.map(({ key, value }) => `${key} ${value}`), ...more].join("  ")}`] : []),
    ...lines.map((line) => `  ${line}`),
  ]
    .map(visible)
    .join("\n");

  const metricsHtml = metrics.map(
    ({ key, value }) => `<span style="${metricStyle}">${escapeHtml(key)} <strong>${escapeHtml(value)}</strong></span>`,
  );
  const rest = more.map((text) => `<span style="${quiet}" title="${plural(keys.length, "metric")}">${text}</span>`);
  const html =
    `<div style="${cardStyle}border-left:4px solid ${colour}">` +
    `<div><span style="color:${colour}" aria-hidden="true">${sign}</span> <strong>${escapeHtml(info.runName)}</strong> ` +
    // In the page's own colour: no green reads as text both on white and on dark grey.
    `<span style="font-weight:600">${escapeHtml(info.status)}</span> ` +
    `<span style="${quiet}" title="run ${escapeHtml(info.runId)}">${facts.map(escapeHtml).join(" · ")}</span></div>` +
    (metrics.length > 0 ? `<div style="margin-top:2px">${[...metricsHtml, ...rest].join("")}</div>` : "") +
    lines.map((line) => `<div style="${quiet}">${escapeHtml(line)}</div>`).join("") +
    "</div>";
  return { data: { "text/html": html, "text/plain": plain } };
}

const cardStyle =
  "display:inline-block;max-width:100%;box-sizing:border-box;overflow-wrap:anywhere;padding:4px 12px;line-height:1.5;color:var(--jp-content-font-color1, inherit);" +
  "background:var(--jp-layout-color2, rgba(128,128,128,0.08));";
const metricStyle = "margin-right:14px;white-space:nowrap;font-variant-numeric:tabular-nums";
const quiet = "color:var(--jp-content-font-color2, inherit);opacity:0.85";
