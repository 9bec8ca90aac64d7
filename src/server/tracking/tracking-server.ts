import type { TrackingClient } from "../../tracking/client.js";
import { AccessLog } from "../http/access-log.js";
import { HttpServer, type HttpServerOptions } from "../http/http-server.js";
import { trackingApp } from "./tracking-app.js";

/** The port that MLflow's tutorials name. */
export const defaultTrackingPort = 5001;

export interface TrackingServerOptions extends Pick<HttpServerOptions, "host" | "port" | "allowedHosts" | "limits"> {
  client: TrackingClient;
  /** Of runlab. */
  version: string;
  /** Gets lines of the access log. */
  log(text: string): void;
}

/**
 * Serves a store by MLflow's REST API.
 * @throws {RunlabError} INVALID_STATE when the port that was named is busy, or no other is free
 */
export function startTrackingServer({ client, version, log, ...rest }: TrackingServerOptions): Promise<HttpServer> {
  const app = trackingApp(client, version);
  return HttpServer.start({ ...rest, app, defaultPort: defaultTrackingPort, log: new AccessLog(log) });
}
