import { AccessLog } from "../http/access-log.js";
import { HttpServer } from "../http/http-server.js";
import { openPaths, trackingApp } from "./tracking-app.js";
import { defaultTrackingPort, type TrackingServerOptions } from "./tracking-options.js";

/**
 * Serves a store by MLflow's REST API.
 * @throws {RunlabError} INVALID_STATE when the port that was named is busy, or no other is free
 */
export function startTrackingServer({
  client,
  version,
  users,
  extend,
  log,
  defaultPort = defaultTrackingPort,
  ...rest
}: TrackingServerOptions): Promise<HttpServer> {
  return HttpServer.start({
    ...rest,
    app: trackingApp(client, version, users, extend),
    defaultPort,
    // As MLflow's server: pages of this machine, such as those of JupyterLab, may ask it.
    localPages: true,
    openPaths,
    log: new AccessLog(log),
  });
}
