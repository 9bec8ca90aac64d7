import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Dealer, Request, Subscriber } from "zeromq";
import type { Content, Message } from "../../../src/kernel/wire/message.js";
import { Session } from "../../../src/kernel/wire/session.js";
import { freePort } from "../../free-port.js";

/** Longest wait for any one message, ms: a test that hangs fails with what it waited for. */
const patience = 30_000;

/** How a kernel is started. */
export interface StartOptions {
  /** Of the kernel's Node. */
  flags?: string[];
  /** The program; without, the kernel around the fake engine. */
  main?: URL;
  env?: NodeJS.ProcessEnv;
  /** Between the test and the kernel stands a process that can be killed in the kernel's place; it is `process` then. */
  byParent?: boolean;
}

/** A program that starts what its arguments say and lives as long as that. */
const parentProgram =
  'require("node:child_process").spawn(process.argv[1], process.argv.slice(2), { stdio: "inherit" }).on("exit", () => process.exit())';

/** What came back for one request. */
export interface Exchange {
  reply: Content;
  /** iopub messages of this request, statuses and execute_input left out. */
  output: { type: string; content: Content }[];
}

/** A front end over real sockets, and the kernel process it started. */
export class KernelClient {
  readonly process: ChildProcess;
  readonly folder: string;
  readonly session: Session;
  readonly key: string;
  readonly ports: Record<string, number>;
  readonly shell: Dealer;
  readonly control: Dealer;
  readonly stdin: Dealer;
  /** Everything iopub has brought, in order. */
  readonly published: Message[] = [];
  readonly #iopub = new Subscriber();
  readonly #replies: Message[] = [];
  readonly #wakers = new Set<() => void>();
  /** Requests that have printed, and that are done: looked up with every message of a flood. */
  readonly #printed = new Set<string>();
  readonly #idle = new Set<string>();

  private constructor(child: ChildProcess, folder: string, key: string, ports: Record<string, number>) {
    this.process = child;
    this.folder = folder;
    this.key = key;
    this.ports = ports;
    this.session = new Session(key, "hmac-sha256");
    const routingId = randomUUID();
    [this.shell, this.control, this.stdin] = [0, 1, 2].map(() => new Dealer({ routingId, linger: 0 })) as [
      Dealer,
      Dealer,
      Dealer,
    ];
    const connect = (socket: { connect(address: string): void }, name: string) =>
      socket.connect(`tcp://127.0.0.1:${ports[name]}`);
    connect(this.shell, "shell_port");
    connect(this.control, "control_port");
    connect(this.stdin, "stdin_port");
    connect(this.#iopub, "iopub_port");
    this.#iopub.subscribe();
    for (const socket of [this.shell, this.control, this.stdin]) void this.#receive(socket, this.#replies);
    void this.#receive(this.#iopub, this.published);
  }

  /** Starts a kernel, and waits until iopub reaches us. */
  static async start({
    flags = ["--no-force-async-hooks-checks"],
    main = new URL("fake-kernel-main.js", import.meta.url),
    env = {},
    byParent = false,
  }: StartOptions = {}): Promise<KernelClient> {
    const folder = mkdtempSync(join(tmpdir(), "runlab-test-kernel-"));
    const names = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"];
    const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
    const key = randomUUID();
    const file = join(folder, "connection.json");
    writeFileSync(
      file,
      JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key, signature_scheme: "hmac-sha256", ...ports }),
    );
    const log = openSync(join(folder, "log"), "a");
    const command = [process.execPath, ...flags, fileURLToPath(main), file];
    const child = spawn(process.execPath, byParent ? ["-e", parentProgram, ...command] : command.slice(1), {
      cwd: folder,
      env: { ...process.env, JUPYTER_DATA_DIR: join(folder, "data"), ...env },
      stdio: ["ignore", "ignore", log],
      // Like Jupyter: in a process group of its own.
      detached: true,
    });
    closeSync(log);
    const client = new KernelClient(child, folder, key, ports);
    try {
      await client.until("iopub_welcome", () =>
        client.published.some(({ header }) => header.msg_type === "iopub_welcome"),
      );
    } catch (error) {
      const said = client.log;
      // Open sockets would keep the test's process for ever.
      await client.stop();
      throw new Error(`The kernel did not come up: ${said}`, { cause: error });
    }
    return client;
  }

  /** What the kernel has written to its log. */
  get log(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  /** Sends a request; resolves with its id. */
  async send(socket: Dealer, type: string, content: Content, extra: { buffers?: Buffer[] } = {}): Promise<string> {
    const frames = this.session.serialize({ type, content, ...extra });
    await socket.send(frames);
    return (JSON.parse(String(frames[2])) as { msg_id: string }).msg_id;
  }

  /** Sends and waits for the reply and the idle status that closes the request. */
  async ask(socket: Dealer, type: string, content: Content = {}): Promise<Exchange> {
    return this.answer(await this.send(socket, type, content));
  }

  async answer(id: string): Promise<Exchange> {
    const mine = (message: Message) => message.parentHeader.msg_id === id;
    const isReply = (message: Message) => mine(message) && message.header.msg_type.endsWith("_reply");
    await this.until("a reply and idle", () => this.#replies.some(isReply) && this.#idle.has(id));
    const quiet = new Set(["status", "execute_input"]);
    return {
      reply: this.#replies.find(isReply)?.content ?? {},
      output: this.published
        .filter((message) => mine(message) && !quiet.has(message.header.msg_type))
        .map(({ header, content }) => ({ type: header.msg_type, content })),
    };
  }

  execute(code: string, options: Content = {}): Promise<Exchange> {
    return this.ask(this.shell, "execute_request", { code, allow_stdin: false, ...options });
  }

  /** execution_state of the statuses of a request, in order. */
  states(id: string): unknown[] {
    return this.published
      .filter(({ header, parentHeader }) => header.msg_type === "status" && parentHeader.msg_id === id)
      .map(({ content }) => content.execution_state);
  }

  /** Resolves when the request has printed something. */
  printed(id: string): Promise<void> {
    return this.until("output", () => this.#printed.has(id));
  }

  /** A message on shell, control or stdin that is no reply of ours yet. */
  async received(type: string): Promise<Message> {
    const found = () => this.#replies.find(({ header }) => header.msg_type === type);
    await this.until(type, () => found() !== undefined);
    return found() as Message;
  }

  /** Resolves when `holds`, which is looked at again with every message. */
  async until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#wakers.delete(look);
        reject(new Error(`waited in vain for ${what}`));
      }, patience);
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#wakers.delete(look);
        resolve();
      };
      this.#wakers.add(look);
    });
  }

  /** What cells have asked the person, in order. */
  get questions(): Content[] {
    return this.#replies.filter(({ header }) => header.msg_type === "input_request").map(({ content }) => content);
  }

  async heartbeat(text: string): Promise<string> {
    const socket = new Request({ linger: 0, receiveTimeout: patience });
    socket.connect(`tcp://127.0.0.1:${this.ports.hb_port}`);
    await socket.send(text);
    const [answer] = await socket.receive();
    socket.close();
    return String(answer);
  }

  /** The engine process of the kernel, and the memory of both, resident set in MiB. */
  processes(kernel = this.process.pid ?? 0): { engine: number; rss: number } {
    const rows = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss=,args="], { encoding: "utf8", maxBuffer: 2 ** 26 })
      .split("\n")
      .map((row) => /^ *(\d+) +(\d+) +(\d+) +(.*)$/.exec(row)?.slice(1) ?? []);
    const [engine = []] = rows.filter(
      ([, parent, , args]) => Number(parent) === kernel && /engine-main/.test(args ?? ""),
    );
    const size = (pid: number) => Number(rows.find(([id]) => Number(id) === pid)?.[2] ?? 0);
    const pid = Number(engine[0]);
    return { engine: pid, rss: (size(kernel) + size(pid)) / 1024 };
  }

  async stop(): Promise<void> {
    for (const socket of [this.shell, this.control, this.stdin, this.#iopub]) socket.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGKILL");
      await once(this.process, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #receive(socket: AsyncIterable<Buffer[]>, into: Message[]): Promise<void> {
    const session = new Session(this.key, "hmac-sha256");
    for await (const frames of socket) {
      const message = session.parse(frames);
      into.push(message);
      const request = message.parentHeader.msg_id ?? "";
      if (message.header.msg_type === "stream") this.#printed.add(request);
      if (message.content.execution_state === "idle") this.#idle.add(request);
      for (const look of [...this.#wakers]) look();
    }
  }
}

/** The text/plain of the last bundle that was shown. */
export function shown({ output }: Exchange): string | undefined {
  const data = output.findLast(({ content }) => content.data !== undefined)?.content.data;
  return data === undefined ? undefined : String((data as Record<string, unknown>)["text/plain"]);
}

/** The text of a stream over all its messages. */
export function streamed({ output }: Exchange, name: "stdout" | "stderr"): string {
  return output
    .filter(({ type, content }) => type === "stream" && content.name === name)
    .map(({ content }) => content.text)
    .join("");
}
