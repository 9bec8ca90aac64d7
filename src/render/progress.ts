import { visible } from "../visible.js";
import { escapeHtml } from "./escape-html.js";
import { clip, formatBytes, formatDuration, formatNumber } from "./format-value.js";
import type { MimeBundle } from "./mime-bundle.js";

/** How far a piece of work is. */
export interface ProgressRow {
  label?: string;
  done: number;
  /** How many of them were done before this work began. */
  before?: number;
  /** Undefined when it is not known. */
  total?: number;
  /** Since the start, ms. */
  elapsed: number;
  /** What is counted, where it is not items. */
  unit?: "bytes";
  ended: boolean;
}

/** @returns a bar as `text/html`, and its `text/plain` twin: count, share, rate and time left, or the time taken */
export function progressBundle(row: ProgressRow): MimeBundle {
  return { data: { "text/html": progressHtml(row), "text/plain": progressText(row) } };
}

/** E.g. "fit: 30/100 (30%), 12.5/s, 5.6 s left"; at the end "fit: 100/100, 8 s, 12.5/s". */
export function progressText(row: ProgressRow): string {
  const label = row.label === undefined ? "" : `${clip(visible(row.label), 80)}: `;
  return label + counts(row);
}

function counts({ done, before = 0, total, unit, elapsed, ended }: ProgressRow): string {
  const count = unit === "bytes" ? formatBytes : formatNumber;
  const of = total === undefined ? count(done) : `${count(done)}/${count(total)}`;
  const timed = done - before;
  const perSecond = elapsed > 0 ? (timed * 1000) / elapsed : 0;
  const rate = timed > 0 && elapsed > 0 ? [unit === "bytes" ? `${formatBytes(perSecond)}/s` : rateText(perSecond)] : [];
  if (ended) return [of, formatDuration(elapsed), ...rate].join(", ");
  const share = total === undefined || total === 0 ? "" : ` (${Math.floor((100 * Math.min(done, total)) / total)}%)`;
  const left =
    total !== undefined && timed > 0 && done < total
      ? [`${formatDuration(((total - done) * elapsed) / timed)} left`]
      : [];
  return [of + share, ...rate, ...left].join(", ");
}

/** Slow work is told by the time of one item: "3.2 s each" rather than "0.31/s". */
function rateText(perSecond: number): string {
  return perSecond >= 1
    ? `${formatNumber(Number(perSecond.toPrecision(3)))}/s`
    : `${formatDuration(1000 / perSecond)} each`;
}

/** JupyterLab keeps a gradient of an untrusted notebook, and drops `<progress>`. Colours are clear on white and on black. */
function progressHtml(row: ProgressRow): string {
  const { done, total } = row;
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
  const label = row.label === undefined ? "" : `${escapeHtml(clip(row.label, 80))} `;
  const percent = share === undefined ? 0 : Math.round(share * 1000) / 10;
  const bar =
    share === undefined
      ? ""
      : `<span style="display:inline-block;width:200px;height:10px;margin:0 8px;border:1px solid #888888;` +
        `background:linear-gradient(to right,#4c78a8 ${percent}%,transparent ${percent}%)"></span>`;
  return `<div style="font-size:13px;white-space:nowrap">${label}${bar}${escapeHtml(counts(row))}</div>`;
}
