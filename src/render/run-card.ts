import { own } from "../own.js";
import { type Card, type CardSection, cardBundle, statusLook } from "./card.js";
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
  /** What stands below, in a card that shows all of a run. */
  sections?: readonly CardSection[];
}

/** One compact card at the end of a run's cell: name, id, status, duration, last metrics. HTML and plain text. */
export function runCard(run: RunRow, options: RunCardOptions = {}): MimeBundle {
  return cardBundle(runCardOf(run, options));
}

function runCardOf({ info, data }: RunRow, options: RunCardOptions): Card {
  const duration = info.endTime === undefined ? "" : formatDuration(info.endTime - info.startTime);
  const keys = Object.keys(data.metrics);
  const shown = keys.slice(0, options.maxMetrics ?? 8);
  const rest = keys.length - shown.length;
  const experiment = options.experimentName === undefined ? [] : [options.experimentName];
  const error = options.error === undefined ? [] : [clip(options.error.split("\n")[0] ?? "", 300)];
  return {
    look: statusLook(info.status),
    title: info.runName,
    status: info.status,
    facts: [...experiment, info.runId.slice(0, 8), ...(duration === "" ? [] : [duration])],
    factsTitle: `run ${info.runId}`,
    values: shown.map((name) => ({ name, value: formatNumber(own(data.metrics, name) ?? Number.NaN) })),
    ...(rest > 0 ? { moreValues: { text: `${rest} more`, title: plural(keys.length, "metric") } } : {}),
    lines: [...error, ...(options.notes ?? [])],
    sections: options.sections,
  };
}
