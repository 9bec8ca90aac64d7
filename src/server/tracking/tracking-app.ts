import type { TrackingClient } from "../../tracking/client.js";
import { type App, newApp, reply } from "../http/app.js";
import { addArtifactRoutes } from "./artifact-routes.js";
import { experimentRoutes } from "./experiment-routes.js";
import { historyRoutes } from "./history-routes.js";
import { logRoutes } from "./log-routes.js";
import { loggedModelRoutes } from "./logged-model-routes.js";
import { addRoutes, apiRoots } from "./route.js";
import { runRoutes } from "./run-routes.js";

/** What clients of 3.17 ask before they choose among ways to send and get files. */
const serverInfo = JSON.stringify({
  store_type: "SqlStore",
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: false,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
});

/** MLflow's REST API over any store. @param version - of runlab */
export function trackingApp(client: TrackingClient, version: string): App {
  const app = newApp("This server answers MLflow's REST API for experiments, runs, metrics and artifacts.");
  app.get("/health", (context) => reply(context, { type: "text/plain; charset=utf-8", body: "OK" }));
  app.get("/version", (context) => reply(context, { type: "text/plain; charset=utf-8", body: version }));
  for (const root of apiRoots) {
    app.get(`${root}/3.0/mlflow/server-info`, (context) => reply(context, { body: serverInfo }));
  }
  addRoutes(app, [
    ...experimentRoutes(client),
    ...runRoutes(client),
    ...logRoutes(client),
    ...historyRoutes(client),
    ...loggedModelRoutes(client),
  ]);
  addArtifactRoutes(app, client);
  return app;
}
