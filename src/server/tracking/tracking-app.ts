import type { TrackingClient } from "../../tracking/client.js";
import { guardedClient } from "../auth/guarded-client.js";
import type { UsersFile } from "../auth/users-file.js";
import { type App, newApp, reply } from "../http/app.js";
import { checkNoDots } from "./artifact-location.js";
import { addArtifactRoutes } from "./artifact-routes.js";
import { experimentRoutes } from "./experiment-routes.js";
import { historyRoutes } from "./history-routes.js";
import { logRoutes } from "./log-routes.js";
import { loggedModelRoutes } from "./logged-model-routes.js";
import { modelVersionRoutes } from "./model-version-routes.js";
import { registeredModelRoutes } from "./registered-model-routes.js";
import { addRoutes, apiRoots } from "./route.js";
import { runRoutes } from "./run-routes.js";
import type { ExtendApp } from "./tracking-options.js";

/** What clients of 3.17 ask before they choose among ways to send and get files. */
const abilities = {
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: false,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
};

/** What a page at another address may send, where its origin may ask at all. */
const askable = {
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
  "access-control-allow-headers": "authorization, content-type",
};

/** MLflow's word for a kind of store; null for a server behind this one. */
function storeType(uri: string): string | null {
  if (/^(?:sqlite|postgres(?:ql)?)\b/i.test(uri)) return "SqlStore";
  return /^https?:/i.test(uri) ? null : "FileStore";
}

/** These answer everybody, as in MLflow: a health check need not sign in, nor know the server's name. */
export const openPaths = ["/health", "/version"] as const;

/**
 * MLflow's REST API over any store.
 * @param version - of runlab
 * @param users - who may ask; undefined: everybody
 * @param extend - adds what is served besides
 */
export function trackingApp(everybody: TrackingClient, version: string, users?: UsersFile, extend?: ExtendApp): App {
  const app = newApp(
    "This server answers MLflow's REST API for experiments, runs, metrics, artifacts and models.",
    checkNoDots,
  );
  app.get("/health", (context) => reply(context, { type: "text/plain; charset=utf-8", body: "OK" }));
  app.get("/version", (context) => reply(context, { type: "text/plain; charset=utf-8", body: version }));
  // A browser asks in this way, without signing in, before it sends what a page at another address wants to.
  app.options("*", (context) => reply(context, { status: 204, headers: askable, body: "" }));
  const guarded = users === undefined ? undefined : guardedClient(app, everybody, users);
  const client = guarded?.client ?? everybody;
  const serverInfo = JSON.stringify({ store_type: storeType(client.store.uri), ...abilities });
  for (const root of apiRoots) {
    app.get(`${root}/3.0/mlflow/server-info`, (context) => reply(context, { body: serverInfo }));
  }
  addRoutes(app, [
    ...experimentRoutes(client),
    ...runRoutes(client),
    ...logRoutes(client),
    ...historyRoutes(client),
    ...loggedModelRoutes(client),
    ...registeredModelRoutes(client),
    ...modelVersionRoutes(client),
  ]);
  addArtifactRoutes(app, client);
  extend?.(app, client, guarded?.permissions);
  return app;
}
