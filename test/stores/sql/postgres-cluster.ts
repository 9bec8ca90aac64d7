import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { freePort } from "../../free-port.js";

/** The folder with PostgreSQL's programs. */
export const postgresql = process.env.RUNLAB_POSTGRESQL;

export const skipWithoutPostgresql =
  !postgresql && "needs PostgreSQL: apt-get install postgresql, or RUNLAB_POSTGRESQL=/folder/of/initdb npm test";

/** Not in any URI: whoever connects has it from PGPASSWORD. */
export const password = "correct horse";

/** A PostgreSQL server of its own, in a temporary folder and on loopback. */
export class PostgresCluster {
  readonly port: number;
  readonly #server: ChildProcess;
  readonly #folder: string;
  #made = 0;

  private constructor(server: ChildProcess, folder: string, port: number) {
    this.#server = server;
    this.#folder = folder;
    this.port = port;
  }

  static async start(programs: string): Promise<PostgresCluster> {
    const folder = mkdtempSync(join(tmpdir(), "runlab-postgres-"));
    const user = serverUser();
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, password);
    if (user !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
    const options = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: "C" } };
    const data = join(folder, "data");
    execFileSync(
      join(programs, "initdb"),
      ["-D", data, "-U", "runlab", "-E", "UTF8", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--no-sync"],
      { ...options, stdio: "pipe" },
    );
    const port = await freePort();
    const settings = {
      port,
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      max_connections: 80,
      fsync: "off",
      // What writes is what a test does: news in PostgreSQL are of any transaction of the server.
      autovacuum: "off",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const server = spawn(join(programs, "postgres"), ["-D", data, ...args], {
      ...options,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    for await (const line of createInterface({ input: server.stderr })) {
      said.push(line);
      if (line.includes("ready to accept connections")) break;
    }
    if (server.exitCode !== null) throw new Error(`PostgreSQL has not started:\n${said.join("\n")}`);
    server.stderr.resume();
    return new PostgresCluster(server, folder, port);
  }

  /** Another database, which is empty. */
  async newUri(): Promise<string> {
    const name = `runs${++this.#made}`;
    await this.query("postgres", `create database ${name} strategy file_copy`);
    return this.uri(name);
  }

  uri(name: string): string {
    return `postgresql://runlab@127.0.0.1:${this.port}/${name}`;
  }

  /** Some SQL as the server's owner. */
  async query(database: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.uri(database), password });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#server, "exit");
    // Fast shutdown: it waits for no client.
    this.#server.kill("SIGINT");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** PostgreSQL refuses to run as root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const ask = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: ask("-u"), gid: ask("-g") };
}
