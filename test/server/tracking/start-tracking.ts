import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { UsersFile } from "../../../src/server/auth/users-file.js";
import type { TrackingServerOptions } from "../../../src/server/tracking/tracking-options.js";
import { startTrackingServer } from "../../../src/server/tracking/tracking-server.js";
import { BatchingStore } from "../../../src/stores/batching/batching-store.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { TrackingSession } from "../../../src/tracking/session.js";

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of every route
  json: any;
}

export interface Started {
  url: string;
  port: number;
  /** The store's own, and what is beside it. */
  folder: string;
  /** The access log so far. */
  log(): string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
}

/** A server of a file store in a folder of its own; both end with the test. */
export async function startTracking(
  context: TestContext,
  options: Partial<Pick<TrackingServerOptions, "limits" | "allowedHosts">> & {
    users?(folder: string): Promise<UsersFile>;
  } = {},
): Promise<Started> {
  const { users, ...rest } = options;
  let log = "";
  const folder = await mkdtemp(join(tmpdir(), "runlab-server-"));
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(join(folder, "runlab"));
  const server = await startTrackingServer({
    ...rest,
    client: new TrackingClient(BatchingStore.over(session.client.store)),
    version: "9.9.9",
    port: 0,
    users: await users?.(folder),
    log: (text) => {
      log += text;
    },
  });
  context.after(async () => {
    await server.stop(0);
    await session.close();
    await rm(folder, { recursive: true });
  });
  const answer = async (response: Response): Promise<Answer> => ({
    status: response.status,
    json: await response.json(),
  });
  const api = `${server.url}/api/2.0/mlflow`;
  return {
    url: server.url,
    port: server.port,
    folder,
    log: () => log,
    post: async (path, body, more = {}) =>
      answer(
        await fetch(`${api}/${path}`, {
          method: "POST",
          headers: { "content-type": "application/json", ...more },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
      ),
    get: async (path, headers = {}) => answer(await fetch(`${api}/${path}`, { headers })),
  };
}

export async function newRun({ post }: Started): Promise<string> {
  const { json } = await post("runs/create", {
    experiment_id: "0",
    run_name: "elastic",
    start_time: 1_700_000_000_000,
  });
  return json.run.info.run_id;
}

/** Sends a path as it is: `fetch` would normalise it. */
export function rawStatus(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body = "",
): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", reject)
      .end(body);
  });
}
