import { vegaLiteSchema } from "../render/drawing.js";
import { openStore, resolveUri } from "../stores/open.js";
import { sharedSession } from "../stores/shared-session.js";
import { TrackingClient } from "../tracking/client.js";

/** The one session of the process, which every verb of the API is bound to. */
export const session = sharedSession();
// Loaded on first use: vega has a top-level await, which would keep `require("runlab")` from working.
session.configure({
  drawSvg: async (spec) => (await import("../render/static/svg.js")).svgOf({ $schema: vegaLiteSchema, ...spec }),
});

/**
 * The verbs by id, for scripts that work on many runs: `client.logMetric(runId, …)`.
 * @see {@link startRun} for runs that are active
 */
export class RunlabClient extends TrackingClient {
  /** @param trackingUri - default: the session's store */
  constructor(trackingUri?: string) {
    super(trackingUri === undefined ? session.store : openStore(resolveUri(trackingUri)), (line) =>
      session.say(`runlab: ${line}`),
    );
  }
}

/**
 * Where runs go from now on: a folder (`./runlab`), `file:///…`, a tracking server's address (`http://…`) or `memory:`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a folder that holds other files
 */
export function setTrackingUri(uri: string): void {
  session.setTrackingUri(uri);
}

/** Where runs go: what was set, else RUNLAB_TRACKING_URI, MLFLOW_TRACKING_URI, the nearest `runlab/` folder, or `./runlab`. */
export function getTrackingUri(): string {
  return session.getTrackingUri();
}
