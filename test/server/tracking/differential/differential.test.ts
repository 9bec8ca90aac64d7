import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { HttpServer } from "../../../../src/server/http/http-server.js";
import { startTrackingServer } from "../../../../src/server/tracking/tracking-server.js";
import { openStore, resolveUri } from "../../../../src/stores/open.js";
import { TrackingSession } from "../../../../src/tracking/session.js";
import { noMlflow, serverForTests } from "../../../stores/rest/mlflow-server.js";
import { artifactCases } from "./artifact-cases.js";
import { type Answer, codeOf, comparable } from "./compare-answers.js";
import { differences } from "./differences.js";
import { experimentCases } from "./experiment-cases.js";
import { modelCases } from "./model-cases.js";
import type { RequestCase } from "./request-case.js";
import { runCases } from "./run-cases.js";

const cases: readonly RequestCase[] = [...experimentCases, ...runCases, ...modelCases, ...artifactCases];

/** A server, and what its answers have given so far: names by their ids. */
class Side {
  readonly names = new Map<string, string>();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async ask(one: RequestCase): Promise<Answer> {
    const path = this.#filled(one.path.startsWith("/") ? one.path : `/api/2.0/mlflow/${one.path}`);
    const text = typeof one.body === "string" ? one.body : JSON.stringify(one.body);
    const answer = await send(`${this.#url}`, one.method, path, text && this.#filled(text), one.type);
    const places = { ...one.save, [one.title]: "run.info.run_id" };
    for (const [name, place] of Object.entries(places)) {
      const id = place.split(".").reduce<unknown>((found, part) => Object(found)[part], answer.json);
      if (typeof id === "string" && !this.names.has(id)) this.names.set(id, name);
    }
    return answer;
  }

  #filled(text: string): string {
    let filled = text;
    for (const [id, name] of this.names) filled = filled.replaceAll(`<${name}>`, id);
    return filled;
  }
}

/** As it is: `fetch` would normalise the path. */
function send(
  url: string,
  method: string,
  path: string,
  body: string | undefined,
  type = "application/json",
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const headers = body === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, path: encodeURI(path).replaceAll("%25", "%"), headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, json: parsed(Buffer.concat(chunks).toString()) });
    })
      .on("error", reject)
      .end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether ours may answer so: as MLflow does, or with a clean refusal where MLflow fails or answers a page. */
function agree(theirs: Answer, ours: Answer, left: unknown, right: unknown): boolean {
  if (theirs.status >= 500) return ours.status >= 400 && ours.status < 500 && typeof codeOf(ours.json) === "string";
  if (theirs.status >= 400 && codeOf(theirs.json) === undefined) return ours.status === theirs.status;
  return isDeepStrictEqual(left, right);
}

describe("the same requests to MLflow's server and to ours", { skip: noMlflow }, () => {
  let folder = "";
  const mlflow = serverForTests();
  let http: HttpServer | undefined;
  let session: TrackingSession | undefined;
  const found: Array<{ title: string; theirs: unknown; ours: unknown; status: [number, number] }> = [];
  const seen = new Set<string>();
  const failed: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "runlab-differential-"));
    session = new TrackingSession({ resolveUri, openStore });
    session.setTrackingUri(join(folder, "runlab"));
    http = await startTrackingServer({ client: session.client, version: "9.9.9", port: 0, log: () => undefined });
    const [theirs, ours] = [new Side(mlflow().address), new Side(http.url)];
    for (const one of cases) {
      const [left, right] = [await theirs.ask(one), await ours.ask(one)];
      const title = seen.has(one.title) ? `${one.title} (again)` : one.title;
      seen.add(title);
      if (right.status >= 500) failed.push(title);
      const [a, b] = [comparable(left, theirs.names), comparable(right, ours.names)];
      if (!agree(left, right, a, b)) found.push({ title, theirs: a, ours: b, status: [left.status, right.status] });
    }
    const report = process.env.RUNLAB_DIFFERENCES;
    if (report !== undefined) await writeFile(report, JSON.stringify(found, undefined, 1));
  });

  after(async () => {
    await http?.stop(0);
    await session?.close();
    if (folder !== "") await rm(folder, { recursive: true, force: true });
  });

  test("there are 300 or more of them", () => assert.ok(cases.length >= 300, String(cases.length)));

  test("status, error code and JSON are the same, but for what is declared with a reason", () => {
    const undeclared = found.filter(({ title }) => !Object.hasOwn(differences, title));
    assert.deepEqual(undeclared, []);
  });

  test("at most 10 differences are declared, and each is there", () => {
    const declared = Object.keys(differences);
    assert.ok(declared.length <= 10);
    const titles = found.map(({ title }) => title);
    assert.deepEqual(
      declared.filter((title) => !titles.includes(title)),
      [],
    );
  });

  test("no difference is in the status of a request that MLflow and its clients take for valid", () => {
    // What is declared and refused is broken: each of these names what is wrong with it.
    const refused = found.filter(
      ({ title, status: [theirs, ours] }) => Object.hasOwn(differences, title) && theirs < 400 && ours >= 400,
    );
    const broken = ["spaces", "without a key", "no dataset", "none wanted"];
    for (const { title } of refused)
      assert.ok(
        broken.some((words) => title.includes(words)),
        title,
      );
  });

  test("nothing is answered with 5xx", () => {
    assert.deepEqual(failed, []);
  });
});
