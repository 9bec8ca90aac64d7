import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { HttpServer } from "../../../src/server/http/http-server.js";
import { startTrackingServer } from "../../../src/server/tracking/tracking-server.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { RestStore } from "../../../src/stores/rest/rest-store.js";
import { serverSettings } from "../../../src/stores/rest/server-settings.js";
import { SpoolFolder } from "../../../src/stores/spool/spool-folder.js";
import { SpoolingStore } from "../../../src/stores/spool/spooling-store.js";
import type { TrackingClient } from "../../../src/tracking/client.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { freePort } from "../../free-port.js";

/**
 * A tracking server on a file store, which keeps what it gets twice twice. It can be stopped and started again at the same port; what
 * it has is looked at in its store.
 */
export class ServerThatLeaves {
  readonly folder: string;
  readonly #session = new TrackingSession({ resolveUri, openStore });
  #server: HttpServer | undefined;
  #port = 0;

  constructor(folder: string) {
    this.folder = folder;
    this.#session.setTrackingUri(join(folder, "runlab"));
  }

  /** What the server has, without a network. */
  get client(): TrackingClient {
    return this.#session.client;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get spool(): string {
    return join(this.folder, "spool");
  }

  async start(): Promise<void> {
    this.#server = await startTrackingServer({
      client: this.client,
      version: "9.9.9",
      port: this.#port || (await freePort()),
      log: () => undefined,
    });
    this.#port = this.#server.port;
  }

  async stop(): Promise<void> {
    await this.#server?.stop(0);
    this.#server = undefined;
  }

  async end(): Promise<void> {
    await this.stop();
    await this.#session.close();
    await rm(this.folder, { recursive: true });
  }

  /** A session that logs to it by way of its own spool, or to another address of it. @param retries - of each request */
  session(said: string[] = [], address = this.address, retries = 0): TrackingSession {
    const settings = serverSettings({ MLFLOW_HTTP_REQUEST_MAX_RETRIES: String(retries) });
    return new TrackingSession({
      resolveUri: () => address,
      openStore: () => new SpoolingStore(new RestStore(address, settings), new SpoolFolder(this.spool, this.address)),
      announce: (line) => said.push(line),
    });
  }
}

/** Started; it ends with the test. */
export async function serverThatLeaves(context: TestContext): Promise<ServerThatLeaves> {
  const server = new ServerThatLeaves(await mkdtemp(join(tmpdir(), "runlab-spool-")));
  await server.start();
  context.after(() => server.end());
  return server;
}
