import { createReadStream, createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { TrackingError } from "../../errors.js";
import { temporaryFolder } from "../../temporary-folder.js";
import type { TrackingClient } from "../../tracking/client.js";
import { type App, type HttpContext, reply } from "../http/app.js";
import { defaultLimits } from "../http/connections.js";
import { bodyStream } from "../http/request-body.js";
import { type ArtifactLocation, artifactLocation, artifactUri, filesJson, proxiedPath } from "./artifact-location.js";
import { RequestFields } from "./request-fields.js";
import { addRoutes, apiRoots } from "./route.js";

/** Bytes of the largest file. */
const fileLimit = 64 * 1024 * 1024 * 1024;

/** The files of runs: `artifacts/list`, and the proxy through which clients get and send them. */
export function addArtifactRoutes(app: App, client: TrackingClient): void {
  addRoutes(app, [
    {
      method: "GET",
      path: "artifacts/list",
      answer: async (fields) => {
        const runId = fields.runId();
        const { experimentId } = (await client.getRun(runId)).info;
        const files = await client.listArtifacts(runId, fields.optionalText("path"));
        return { root_uri: artifactUri(experimentId, runId), ...filesJson(files) };
      },
    },
  ]);
  for (const root of apiRoots) {
    const base = `${root}/2.0/mlflow-artifacts/artifacts`;
    const placeOf = ({ env: { exchange } }: HttpContext) =>
      artifactLocation(client, proxiedPath(exchange.path, `${base}/`)).then(inRun);
    app.get(base, async (context) => {
      const fields = await RequestFields.of(context);
      const { runId, path } = await artifactLocation(client, fields.text("path"));
      const files = await client.listArtifacts(runId, path);
      // MLflow's paths are relative to the folder that was asked for.
      const relative = files.map((file) => ({ ...file, path: posix.relative(path, file.path) }));
      return reply(context, { body: JSON.stringify(filesJson(relative)) });
    });
    app.get(`${base}/*`, async (context) => sendFile(context, client, await placeOf(context)));
    app.put(`${base}/*`, async (context) => receiveFile(context, client, await placeOf(context)));
    app.delete(`${base}/*`, async (context) => {
      const { runId, path } = await placeOf(context);
      await client.deleteArtifacts(runId, path);
      return reply(context, { body: "{}" });
    });
  }
}

function inRun(location: ArtifactLocation): ArtifactLocation {
  if (location.path !== location.root) return location;
  throw new TrackingError("INVALID_PARAMETER_VALUE", "The path names the folder of a run or model, not a file in it.");
}

/** Always as a download: a page that somebody logged must not run as one of this server's. */
async function sendFile(context: HttpContext, client: TrackingClient, { runId, path }: ArtifactLocation) {
  const name = encodeURIComponent(posix.basename(path));
  const headers = { "content-disposition": `attachment; filename*=UTF-8''${name}` };
  const type = "application/octet-stream";
  const local = await client.localArtifactPath(runId, path);
  if (local === undefined) return reply(context, { type, headers, body: await client.artifactContent(runId, path) });
  if (!(await stat(local)).isFile()) {
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `The artifact '${path}' of run ${runId} is not a file.`);
  }
  return reply(context, { type, headers, body: createReadStream(local) });
}

/** A file comes to its run whole or not at all. */
async function receiveFile(context: HttpContext, client: TrackingClient, { runId, path }: ArtifactLocation) {
  const { path: folder } = temporaryFolder("runlab-upload-");
  try {
    const file = join(folder, posix.basename(path));
    const body = bodyStream(context.env.exchange, { size: fileLimit, time: defaultLimits.body });
    await pipeline(body, createWriteStream(file, { flags: "wx" }));
    const parent = posix.dirname(path);
    await client.logArtifact(runId, file, parent === "." ? undefined : parent);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return reply(context, { body: "" });
}
