import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import { Readable } from "node:stream";
import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import { type App, type HttpContext, reply } from "../http/app.js";
import { proxiedPath } from "../tracking/artifact-location.js";

/** Types that a browser shows by itself. What is not here is shown as text. */
const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    gif: "image/gif",
    webp: "image/webp",
    avif: "image/avif",
    bmp: "image/bmp",
    svg: "image/svg+xml",
    html: "text/html; charset=utf-8",
    htm: "text/html; charset=utf-8",
    pdf: "application/pdf",
    mp3: "audio/mpeg",
    wav: "audio/wav",
    ogg: "audio/ogg",
    flac: "audio/flac",
    m4a: "audio/mp4",
    mp4: "video/mp4",
    webm: "video/webm",
  }),
);

/**
 * What somebody has logged may be hostile: it gets an origin of its own (`sandbox`), in which it can neither read what this server
 * answers nor ask for a change, loads nothing from anywhere, and runs no script.
 */
const still = "sandbox; default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; font-src data:";
/** For a person who wants the scripts of a page to run: they still reach nothing but the page itself. */
const running =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; style-src 'unsafe-inline'; " +
  "img-src data: blob:; media-src data: blob:; font-src data:; worker-src blob:";
/** The browser's own viewer shows it, and refuses to in a sandbox. */
const document = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src data:";

/** The files of runs for a page to show, below `<base>/view/`, and to save, below `<base>/download/`. */
export function addArtifactViews(app: App, client: TrackingClient, base: string): void {
  app.get(`${base}/view/*`, async (context) => {
    const { runId, path } = requestedFile(context, `${base}/view/`);
    const type = types.get(posix.extname(path).slice(1).toLowerCase()) ?? "text/plain; charset=utf-8";
    const scripts = new URL(context.req.url).searchParams.get("scripts") === "1";
    const policy = type === "application/pdf" ? document : scripts ? running : still;
    return send(context, client, runId, path, {
      "content-type": type,
      "content-security-policy": `${policy}; frame-ancestors 'self'`,
    });
  });
  app.get(`${base}/download/*`, async (context) => {
    const { runId, path } = requestedFile(context, `${base}/download/`);
    const name = encodeURIComponent(posix.basename(path)).replace(
      /['()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16)}`,
    );
    return send(context, client, runId, path, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${name}`,
    });
  });
}

/** `<run id>/<path in the run>`. */
function requestedFile({ env: { exchange } }: HttpContext, prefix: string): { runId: string; path: string } {
  const target = proxiedPath(exchange.path, prefix);
  const slash = target.indexOf("/");
  if (slash < 0) throw new TrackingError("INVALID_PARAMETER_VALUE", "The path must be <run id>/<path in the run>.");
  return { runId: target.slice(0, slash), path: target.slice(slash + 1) };
}

async function send(
  context: HttpContext,
  client: TrackingClient,
  runId: string,
  path: string,
  given: Record<string, string>,
): Promise<Response> {
  const { "content-type": type, ...rest } = given;
  const headers = { ...rest, "cross-origin-resource-policy": "same-origin", "accept-ranges": "bytes" };
  const local = await client.localArtifactPath(runId, path);
  const bytes = local === undefined ? await client.readArtifact(runId, path) : undefined;
  const size = bytes?.length ?? (await fileSize(local ?? "", runId, path));
  const range = rangeOf(context.req.header("range"), size);
  const open = (start: number, end: number) =>
    bytes === undefined
      ? createReadStream(local ?? "", { start, end })
      : Readable.from([bytes.subarray(start, end + 1)]);
  if (range === undefined || size === 0) {
    return reply(context, {
      type,
      headers: { ...headers, "content-length": `${size}` },
      body: size === 0 ? "" : open(0, size - 1),
    });
  }
  const [start, end] = range;
  const partial = { "content-range": `bytes ${start}-${end}/${size}`, "content-length": `${end - start + 1}` };
  return reply(context, { status: 206, type, headers: { ...headers, ...partial }, body: open(start, end) });
}

async function fileSize(local: string, runId: string, path: string): Promise<number> {
  const info = await stat(local);
  if (info.isFile()) return info.size;
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `The artifact '${path}' of run ${runId} is not a file.`);
}

/** One range, as players of sound and films ask for, from `start` to `end`, both included. Anything else is all of the file. */
function rangeOf(header: string | undefined, size: number): [start: number, end: number] | undefined {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start <= end && start < size ? [start, end] : undefined;
}
