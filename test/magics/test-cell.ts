import { ModelError } from "../../src/errors.js";
import type { CellOutput } from "../../src/kernel/cell-output.js";
import type { CellValue } from "../../src/kernel/engine/engine.js";
import type { CellExtension, CellInfo, OutputTaker } from "../../src/kernel/extension.js";
import { magicCellExtension } from "../../src/magics/cell-extension.js";
import type { Magic, MagicArgs, MagicContext } from "../../src/magics/magic.js";
import { magics } from "../../src/magics/registry.js";
import type { ModelServers, PageServers, Services } from "../../src/magics/runtime/services.js";
import type { MimeBundle } from "../../src/render/mime-bundle.js";
import { RunColours } from "../../src/render/palette.js";
import type { BackgroundServer } from "../../src/server/background/background-servers.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingSession } from "../../src/tracking/session.js";

/** Servers that answer nothing: what the magic asks of them is what counts. */
class FakeServers implements ModelServers {
  readonly #served = new Map<number, BackgroundServer>();

  async start(uri: string, port = 5002): Promise<BackgroundServer> {
    if (port === 80) {
      throw new ModelError(
        "INVALID_STATE",
        "The server did not start:\nPort 80 is in use.\nChoose another with --port.",
      );
    }
    const served = { uri, url: `http://127.0.0.1:${port}`, port, pid: 1, startedAt: new Date(0), restarts: 0 };
    this.#served.set(port, served);
    return served;
  }

  list(): BackgroundServer[] {
    return [...this.#served.values()];
  }

  async stop(port?: number): Promise<BackgroundServer[]> {
    const stopped = this.list().filter((one) => port === undefined || one.port === port);
    for (const one of stopped) this.#served.delete(one.port);
    return stopped;
  }

  log(): string {
    return "";
  }
}

/** The same for pages; port 5001 is taken by another program. */
class FakePages implements PageServers {
  readonly #session: TrackingSession;
  #served: BackgroundServer[] = [];
  /** The names that each server was started with, in order. */
  readonly hosts: Array<readonly string[]> = [];

  constructor(session: TrackingSession) {
    this.#session = session;
  }

  async start(first: number, hosts: readonly string[]): Promise<BackgroundServer> {
    const taken = [5001, ...this.#served.map(({ port }) => port)];
    const port = taken.includes(first) ? Math.max(...taken) + 1 : first;
    const uri = this.#session.getTrackingUri();
    const served = { uri, url: `http://127.0.0.1:${port}`, port, pid: 1, startedAt: new Date(0), restarts: 0 };
    this.hosts.push(hosts);
    this.#served.push(served);
    return served;
  }

  list(): BackgroundServer[] {
    return [...this.#served];
  }

  async stop(port?: number): Promise<BackgroundServer[]> {
    const stopped = this.#served.filter((one) => port === undefined || one.port === port);
    this.#served = this.#served.filter((one) => !stopped.includes(one));
    return stopped;
  }

  log(): string {
    return "";
  }
}

/** A cell that is running, and everything it shows. */
export class RunningCell implements CellInfo, CellOutput {
  readonly count = 1;
  readonly silent = false;
  readonly interrupt = new AbortController();
  readonly names = new Map<string, unknown>();
  /** What hovering over a name shows. */
  readonly hovers = new Map<string, MimeBundle>();
  /** Cells that were run, by number. */
  readonly texts: Record<number, string> = {};
  /** What was asked of the notebook around: questions, resets, text for the cell. */
  readonly asked: string[] = [];
  readonly session = memorySession();
  readonly pages = new FakePages(this.session);
  readonly shown: MimeBundle[] = [];
  stdout = "";
  stderr = "";
  /** What the person answers. */
  answer: () => boolean = () => true;
  readonly #onText = new Set<() => void>();
  #taker: OutputTaker | undefined;

  constructor(readonly source = "") {}

  get signal(): AbortSignal {
    return this.interrupt.signal;
  }

  display(bundle: MimeBundle): void {
    if (this.#taker) this.#taker.display(bundle);
    else this.shown.push(bundle);
  }

  stream(name: "stdout" | "stderr", text: string): void {
    if (this.#taker) this.#taker.stream(name, text);
    else this[name] += text;
    for (const listener of this.#onText) listener();
  }

  /** Resolves once standard output holds `text`. */
  printed(text: string): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.stdout.includes(text)) return;
        this.#onText.delete(look);
        resolve();
      };
      this.#onText.add(look);
      look();
    });
  }

  update(): void {
    throw new Error("nothing here updates a display");
  }

  clear(): void {
    throw new Error("nothing here clears the output");
  }

  onOutput(): () => void {
    return () => undefined;
  }

  capture(taker: OutputTaker): () => void {
    this.#taker = taker;
    return () => {
      this.#taker = undefined;
    };
  }

  readonly services: Services = {
    names: () => this.names,
    inspect: async (name) => this.hovers.get(name),
    history: () => this.texts,
    reset: async () => {
      this.asked.push("reset");
    },
    confirm: (question) => {
      this.asked.push(question);
      return this.answer();
    },
    colours: new RunColours(),
    replaceCell: (text) => {
      this.asked.push(text);
    },
    servers: new FakeServers(),
    pages: this.pages,
  };

  /** Runs a line magic as lowered text does, with its own arguments. */
  line(name: string, args: MagicArgs = {}, assigned = false): unknown {
    return found(name).run?.(args, this.#context(assigned));
  }

  /** Runs a cell magic; `body` is the cell's code. */
  async over(
    name: string,
    args: MagicArgs = {},
    body: () => unknown = () => undefined,
  ): Promise<CellValue | undefined> {
    return found(name).runCell?.(args, this.#context(false), async () => ({ hasValue: true, value: await body() }));
  }

  extension(list: readonly Magic[] = magics): CellExtension {
    const { session, services } = this;
    return magicCellExtension({ magics: list, session, output: this, services, cell: () => this });
  }

  #context(assigned: boolean): MagicContext {
    const { session, services } = this;
    const provide = (value: unknown) => {
      this.provided = value;
    };
    return {
      session,
      output: this,
      cell: this,
      services,
      magics,
      assigned,
      provide,
      runTrial: (_params, body) => body(),
    };
  }

  /** What a cell magic gave for its variable. */
  provided: unknown;
}

function memorySession(): TrackingSession {
  const store = new MemoryStore();
  return new TrackingSession({ resolveUri: (uri) => uri ?? "memory:", openStore: () => store });
}

function found(name: string): Magic {
  const magic = magics.find((known) => known.name === name);
  if (!magic) throw new Error(`no magic ${name}`);
  return magic;
}
