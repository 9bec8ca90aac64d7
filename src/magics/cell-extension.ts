import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { MagicError } from "../errors.js";
import type { CellOutput } from "../kernel/cell-output.js";
import type { CellExtension, CellInfo, ExtensionFacts, ResolvedCellMagic } from "../kernel/extension.js";
import type { VegaLiteSpec } from "../render/drawing.js";
import { progressBundle } from "../render/progress.js";
import { svgOf } from "../render/static/svg.js";
import { ranges } from "../sweeps/space.js";
import { trialName } from "../sweeps/trial-name.js";
import type { ShowProgress } from "../tracking/progress.js";
import type { TrackingSession } from "../tracking/session.js";
import type { SessionHost } from "../tracking/session-host.js";
import { helpBundle, quickReference } from "./assist/help.js";
import { MagicIndex } from "./language/find-magic.js";
import { environmentFact, type Magic, type MagicArgs, type MagicContext, trackingUriFact } from "./magic.js";
import { Provenance } from "./provenance/provenance.js";
import { argReader, bindCall } from "./runtime/call-args.js";
import { restoreExperiment, say } from "./runtime/say.js";
import type { Services } from "./runtime/services.js";

export interface CellExtensionOptions {
  magics: readonly Magic[];
  session: TrackingSession;
  output: CellOutput;
  services: Services;
  /** The cell that the calling code belongs to, also from a late timer. */
  cell(): CellInfo;
}

/** What belongs to one execution of one cell. */
interface CellState {
  statement: MagicContext;
  assigned: MagicContext;
  provided: unknown;
}

/** The value half of the magics, for the kernel's main thread: `$magic`, cell magics, and what a cell left pending. */
export function magicCellExtension(options: CellExtensionOptions): CellExtension {
  const { magics, session, output, services } = options;
  const index = new MagicIndex(magics);
  const states = new WeakMap<CellInfo, CellState>();
  const running = new Set<CellInfo>();
  const trials = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();
  // The text half's process was started with these, too.
  const inherited = new Set(Object.keys(process.env));

  function stateOf(cell: CellInfo): CellState {
    const known = states.get(cell);
    if (known) return known;
    const provide = (value: unknown) => {
      state.provided = value;
    };
    const runTrial: MagicContext["runTrial"] = (params, body) => trials.run(params, body);
    const statement: MagicContext = { session, output, cell, services, magics, assigned: false, provide, runTrial };
    const state: CellState = {
      statement,
      assigned: { ...statement, assigned: true },
      provided: undefined,
    };
    states.set(cell, state);
    return state;
  }

  function lineFunction(magic: Magic, assigned: boolean): (...given: unknown[]) => unknown {
    const bind = bindCall(magic);
    const run = (args: MagicArgs, state: CellState): unknown =>
      magic.run?.(args, assigned ? state.assigned : state.statement);
    if (magic.lowering === "call") {
      return (...given) => void run(bind(given), stateOf(options.cell()));
    }
    return async (...given) => run(bind(given), stateOf(options.cell()));
  }

  const lines = magics.filter((magic) => magic.kind !== "cell");
  const $magic = {
    ...Object.fromEntries(lines.map((magic) => [magic.name, lineFunction(magic, false)])),
    assigned: Object.fromEntries(lines.map((magic) => [magic.name, lineFunction(magic, true)])),
    header: Object.fromEntries(
      magics.filter((magic) => magic.kind !== "line").map((magic) => [magic.name, headerFunction(magic)]),
    ),
    /** `%name?`, `%%name?`; without a name, `?`. */
    help(marked: string): void {
      if (marked === "") {
        output.display(quickReference(magics));
        return;
      }
      const magic = index.get(marked.replace(/^%+/, ""));
      if (!magic) throw new MagicError("RESOURCE_DOES_NOT_EXIST", `Object \`${marked}\` not found.`);
      output.display(helpBundle(magic));
    },
    ranges,
    trial: () => trials.getStore(),
    provided: () => stateOf(options.cell()).provided,
  };

  return {
    globals: { $magic },
    async runMagic(call: ResolvedCellMagic, cell, body) {
      const magic = index.need(call.name, "%%", 0);
      if (!magic.runCell) throw new MagicError("NOT_IMPLEMENTED", `%%${call.name} has no cell form.`);
      const args = call.text === undefined ? call.args : { ...call.args, text: call.text };
      running.add(cell);
      try {
        return await magic.runCell(args, stateOf(cell).statement, body);
      } finally {
        running.delete(cell);
      }
    },
    settle: () => session.settle(),
    facts(): ExtensionFacts {
      const uri = session.decidedTrackingUri;
      const added = Object.keys(process.env).filter((name) => !inherited.has(name));
      return {
        ...(uri !== undefined && { [trackingUriFact]: uri }),
        ...(added.length > 0 && { [environmentFact]: added.join(" ") }),
      };
    },
    origin() {
      const params = trials.getStore();
      return params === undefined ? undefined : `trial ${trialName(params)}`;
    },
    // As MLflow does at exit; a cell that is still running under a cell magic was killed.
    close: () => session.close(running.size > 0 ? "KILLED" : "FINISHED"),
  };
}

/** A header's arguments, evaluated before the body; what is wrong with one is told here, at the cell's own line. */
function headerFunction(magic: Magic): (...given: unknown[]) => MagicArgs {
  const bind = bindCall({ ...magic, input: "args" });
  const check = argReader(magic);
  return (...given) => {
    const args = bind(given);
    check(args);
    return args;
  };
}

/**
 * What a tracking session is told by the notebook it lives in: what it has to say stands under the cell, and a run that
 * was started without `%%run` comes from a notebook too.
 */
export function notebookHost(output: CellOutput, cell: () => CellInfo): Partial<SessionHost> {
  const provenance = new Provenance();
  return {
    announce: (line) => say(output, line),
    runTags: () => provenance.tags(cell(), process.cwd()),
    hasMagics: true,
    restoreHint: (experiment) => `${restoreExperiment(experiment)}. Or choose another one with %experiment.`,
    showProgress: progressDisplays(output),
    drawSvg: (spec) => svgOf(spec as VegaLiteSpec),
  };
}

/** Each piece of work has one display, which its later states take the place of. */
function progressDisplays(output: CellOutput): ShowProgress {
  const displays = new Map<number, string>();
  return (state) => {
    const bundle = progressBundle(state);
    const shown = displays.get(state.id);
    const displayId = shown ?? randomUUID();
    if (shown !== undefined) output.update(displayId, bundle);
    else output.display(bundle, { displayId });
    if (state.ended) displays.delete(state.id);
    else displays.set(state.id, displayId);
  };
}
