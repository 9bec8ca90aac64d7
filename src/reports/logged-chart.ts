import { type Displayable, jupyterDisplay } from "../render/mime-bundle.js";
import { chartBundle } from "../render/static/chart-bundle.js";
import type { TrackingSession } from "../tracking/session.js";
import type { ReadyChart } from "./ready-charts.js";

/** What is logged with a chart, and how it shows: as a cell's last value, or with `display`. */
export type LoggedChart<Numbers> = Numbers & Displayable & { readonly path: string };

/** Keeps a chart as a file of the active run; without one, a run is started. */
export async function logChart<Numbers extends object>(
  session: TrackingSession,
  { spec, text, numbers }: ReadyChart<Numbers>,
  path: string,
): Promise<LoggedChart<Numbers>> {
  await session.logFigure(spec, path);
  const show = { value: async () => (await chartBundle({ spec, text })).data, enumerable: false };
  return Object.defineProperty({ ...numbers, path }, jupyterDisplay, show) as LoggedChart<Numbers>;
}
