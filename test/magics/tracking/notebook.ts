import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { CellOutput } from "../../../src/kernel/cell-output.js";
import type { CellValue } from "../../../src/kernel/engine/engine.js";
import type { CellInfo } from "../../../src/kernel/extension.js";
import { magicCellExtension } from "../../../src/magics/cell-extension.js";
import type { MagicArgs } from "../../../src/magics/magic.js";
import { magics } from "../../../src/magics/registry.js";
import { restoreExperiment } from "../../../src/magics/runtime/say.js";
import type { Services } from "../../../src/magics/runtime/services.js";
import type { MimeBundle } from "../../../src/render/mime-bundle.js";
import { openStore } from "../../../src/stores/open.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import type { Run } from "../../../src/tracking/types.js";
import { noServices } from "../no-services.js";

type Body = ($: (name: string, args?: MagicArgs) => unknown, cell: TestCell) => unknown;

/** One notebook on a memory store: cells are functions that call magics as lowered text does. */
export class TestNotebook {
  readonly session: TrackingSession;
  readonly names = new Map<string, unknown>();
  /** Lines the session said on its own. */
  readonly announced: string[] = [];
  shown: MimeBundle[] = [];
  /** Pictures that replaced one that was shown. */
  updates: Array<{ displayId: string; bundle: MimeBundle }> = [];
  streams = "";
  #count = 0;

  /** Open until the test ends; the file store is in a folder of its own, gone afterwards. */
  constructor(t: TestContext, kind: "memory" | "file" = "memory") {
    const folder = kind === "file" ? mkdtempSync(join(tmpdir(), "runlab-magics-")) : undefined;
    const store = openStore(folder === undefined ? "memory:" : join(folder, "runlab"));
    t.after(async () => {
      await this.session.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });
    this.session = new TrackingSession({
      resolveUri: (uri) => uri ?? "memory:",
      openStore: () => store,
      announce: (line) => this.announced.push(line),
      restoreHint: restoreExperiment,
    });
  }

  /** Runs a cell to its reply, under `%%run` when `header` is given; what it shows replaces what was shown before. */
  async cell(body: Body, header?: MagicArgs, cell: Partial<TestCell> = {}): Promise<unknown> {
    this.shown = [];
    this.updates = [];
    this.streams = "";
    const info = new TestCell(++this.#count, cell.source ?? "", cell.signal, cell.cellId);
    const extension = this.#extension(info);
    const evaluate = async (): Promise<CellValue> => ({
      hasValue: true,
      value: await body((name, args = {}) => this.magic(name, args, info), info),
    });
    try {
      const call = { name: "run", args: header ?? {} };
      const { value } = header === undefined ? await evaluate() : await extension.runMagic(call, info, evaluate);
      return value;
    } finally {
      await extension.settle(info);
    }
  }

  /** A line magic by name; `assigned` as in `const x = %name`. */
  magic(name: string, args: MagicArgs = {}, cell: CellInfo = new TestCell(0), assigned = false): unknown {
    const magic = magics.find((known) => known.name === name);
    if (magic?.run === undefined) throw new Error(`no line magic ${name}`);
    const { session, services, output } = this;
    const none = { provide: () => undefined, runTrial: <T>(_params: unknown, body: () => Promise<T>) => body() };
    return magic.run(args, { session, services, output, cell, magics, assigned, ...none });
  }

  /** The run of an experiment, or of the current one, which must have no other. */
  async onlyRun(experimentName?: string): Promise<Run> {
    const [run, ...others] = await this.session.searchRuns(
      experimentName === undefined ? {} : { experimentNames: [experimentName] },
    );
    if (run === undefined || others.length > 0)
      throw new Error(`${others.length + (run ? 1 : 0)} runs in place of one`);
    return run;
  }

  /** A file of a run, as text. */
  async artifact(run: Run, path: string): Promise<string> {
    return Buffer.from(await this.session.client.readArtifact(run.info.runId, path)).toString("utf8");
  }

  /** Plain text of everything displayed. */
  get text(): string {
    return this.shown.map(({ data }) => String(data["text/plain"])).join("\n");
  }

  readonly output: CellOutput = {
    display: (bundle) => {
      this.shown.push(bundle);
    },
    update: (displayId, bundle) => {
      this.updates.push({ displayId, bundle });
    },
    clear: () => undefined,
    stream: (_name, text) => {
      this.streams += text;
    },
  };

  readonly services: Services = {
    ...noServices(),
    names: () => this.names,
    confirm: () => true,
  };

  #extension(cell: CellInfo) {
    const { session, output, services } = this;
    return magicCellExtension({ magics, session, output, services, cell: () => cell });
  }
}

/** A cell that prints when told to. */
export class TestCell implements CellInfo {
  readonly silent = false;
  readonly #listeners = new Set<(stream: "stdout" | "stderr", text: string) => void>();

  constructor(
    readonly count: number,
    readonly source = "",
    readonly signal: AbortSignal = new AbortController().signal,
    readonly cellId?: string,
  ) {}

  onOutput(listener: (stream: "stdout" | "stderr", text: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  capture(): () => void {
    return () => undefined;
  }

  print(stream: "stdout" | "stderr", text: string): void {
    for (const listener of this.#listeners) listener(stream, text);
  }
}
