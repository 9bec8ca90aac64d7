import type { TrackingClient } from "../../tracking/client.js";
import type { Permissions } from "../auth/permissions.js";
import type { UsersFile } from "../auth/users-file.js";
import type { App } from "../http/app.js";
import type { HttpServerOptions } from "../http/http-server.js";

/** The first port that is tried when none is named: that of MLflow's tutorials. */
export const defaultTrackingPort = 5001;

export interface TrackingServerOptions
  extends Pick<HttpServerOptions, "host" | "port" | "allowedHosts" | "limits" | "prefix"> {
  client: TrackingClient;
  /** The first port that is tried when none is named. Default: {@link defaultTrackingPort}. */
  defaultPort?: number;
  /** Of runlab. */
  version: string;
  /** Who may ask; undefined: everybody who can reach the server. */
  users?: UsersFile | undefined;
  /** Gets lines of the access log. */
  log: ((text: string) => void) | undefined;
  extend?: ExtendApp;
}

/**
 * Adds what is served besides MLflow's routes: the web page.
 * @param client - does what the user of a request may do
 * @param permissions - of that user; undefined where nobody signs in
 */
export type ExtendApp = (app: App, client: TrackingClient, permissions: Permissions | undefined) => void;
