import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { RunlabError } from "../../errors.js";
import { type App, reply } from "../http/app.js";

/** Where `npm run build` puts the page. */
const folder = fileURLToPath(new URL("../../../bundle/ui/", import.meta.url));

const types: ReadonlyMap<string, string> = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
]);

/**
 * The page runs its own scripts and styles and asks its own server, nothing else. A notebook on this machine may embed it; what
 * a run has logged comes in frames of its own.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
].join("; ");

interface PageFile {
  type: string;
  body: Buffer;
  /** The same, compressed when it was first asked for. */
  gzipped?: Buffer;
}

/** `/` and the files that it loads, from memory. */
export function addPageFiles(app: App): void {
  const files = new Map<string, PageFile>();
  // Read when a page is first asked for: Python clients ask for none.
  const read = (path: string): PageFile | undefined => {
    if (files.size === 0) for (const [name, file] of pageFiles()) files.set(name, file);
    return files.get(path);
  };
  const page = {
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  };
  app.get("/", (context) => reply(context, { ...fileOr(read("index.html")), headers: page }));
  app.get("/index.html", (context) => reply(context, { ...fileOr(read("index.html")), headers: page }));
  app.get("/assets/:name", (context) => {
    // Their names change with what is in them.
    const headers = { "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding" };
    const file = fileOr(read(`assets/${context.req.param("name")}`));
    const { type } = file;
    if (!context.req.header("accept-encoding")?.includes("gzip"))
      return reply(context, { type, body: file.body, headers });
    file.gzipped ??= gzipSync(file.body);
    return reply(context, { type, body: file.gzipped, headers: { ...headers, "content-encoding": "gzip" } });
  });
}

function fileOr(file: PageFile | undefined): PageFile {
  if (file !== undefined) return file;
  throw new RunlabError("RESOURCE_DOES_NOT_EXIST", "The page has no such file.");
}

function pageFiles(): Array<[string, PageFile]> {
  try {
    const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return names.map(({ name, parentPath }) => {
      const path = join(parentPath, name);
      const type = types.get(extname(name)) ?? "application/octet-stream";
      return [relative(folder, path).split(sep).join("/"), { type, body: readFileSync(path) }];
    });
  } catch (cause) {
    throw new RunlabError("RESOURCE_DOES_NOT_EXIST", "The web page has not been built.", {
      hint: "Run npm run build.",
      cause,
    });
  }
}
