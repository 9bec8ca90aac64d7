import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../free-port.js";

const python = process.env.RUNLAB_PYTHON;

/** Why a test with a real server cannot run; false where it can. */
export const noMlflow: string | false = python === undefined && "needs Python with MLflow: npm test";

/** Longest time that `mlflow server` takes to answer, ms: 10 to 20 s on two quiet cores. */
const patience = 150_000;

/** A real `mlflow server` on SQLite in a folder of its own. It can be killed and started again at the same port. */
export class MlflowServer {
  readonly port: number;
  readonly folder: string;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;

  constructor(folder: string, port: number, options: readonly string[] = []) {
    this.folder = folder;
    this.port = port;
    this.#options = options;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when it answers. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const database = `sqlite:///${join(this.folder, "mlflow.db")}`;
    const places = ["--backend-store-uri", database, "--artifacts-destination", join(this.folder, "artifacts")];
    const listen = ["--host", "127.0.0.1", "--port", String(this.port), "--workers", "1"];
    const child = spawn(python ?? "", ["-m", "mlflow", "server", ...listen, ...places, ...this.#options], {
      cwd: this.folder,
      // A group of its own, which is ended as a whole.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...process.env,
        MLFLOW_DISABLE_TELEMETRY: "true",
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
        MLFLOW_TRACKING_URI: "",
        ...env,
      },
    });
    this.#child = child;
    let log = "";
    child.stderr?.on("data", (text: Buffer) => {
      log = (log + text.toString()).slice(-4000);
    });
    for (const end = Date.now() + patience; Date.now() < end; await delay(200)) {
      if (child.exitCode !== null) break;
      const answer = await fetch(`${this.address}/health`).catch(() => undefined);
      if (answer?.ok) return;
    }
    await this.kill();
    throw new Error(`mlflow server does not answer:\n${log}`);
  }

  /** As a crash does it. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await ended;
  }

  /** The text of a file that the server has made. */
  read(...path: string[]): Promise<string> {
    return readFile(join(this.folder, ...path), "utf8");
  }
}

/** One server for the tests of a file, started before the first and ended after the last. */
export function serverForTests(options: readonly string[] = []): () => MlflowServer {
  let server: MlflowServer | undefined;
  before(async () => {
    if (noMlflow) return;
    const folder = await mkdtemp(join(tmpdir(), "runlab-mlflow-"));
    const started = new MlflowServer(folder, await freePort(), options);
    // What waits to be sent is the server's, too.
    process.env.RUNLAB_SPOOL = join(folder, "spool");
    await started.start();
    // Not before it answers: another hook of the file runs at the same time as this one, and must not use it.
    server = started;
  });
  after(async () => {
    await server?.kill();
    delete process.env.RUNLAB_SPOOL;
    if (server !== undefined) await rm(server.folder, { recursive: true, force: true });
  });
  return () => {
    if (server === undefined) throw new Error("The server has not been started.");
    return server;
  };
}
