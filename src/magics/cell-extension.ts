import { MagicError } from "../errors.js";
import type { CellOutput } from "../kernel/cell-output.js";
import type { CellExtension, CellInfo, ExtensionFacts, ResolvedCellMagic } from "../kernel/extension.js";
import type { TrackingSession } from "../tracking/session.js";
import { helpBundle, quickReference } from "./assist/help.js";
import { MagicIndex } from "./language/find-magic.js";
import type { Magic, MagicArgs, MagicContext } from "./magic.js";
import { bindCall } from "./runtime/bind-call.js";
import { environmentFact, trackingUriFact } from "./runtime/facts.js";
import { PendingCalls } from "./runtime/pending-calls.js";
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
  pending: PendingCalls;
  provided: unknown;
}

/** The value half of the magics, for the kernel's main thread: `$magic`, cell magics, and what a cell left pending. */
export function magicCellExtension(options: CellExtensionOptions): CellExtension {
  const { magics, session, output, services } = options;
  const index = new MagicIndex(magics);
  const states = new WeakMap<CellInfo, CellState>();
  const running = new Set<CellInfo>();
  // The text half's process was started with these, too.
  const inherited = new Set(Object.keys(process.env));

  function stateOf(cell: CellInfo): CellState {
    const known = states.get(cell);
    if (known) return known;
    const provide = (value: unknown) => {
      state.provided = value;
    };
    const statement: MagicContext = { session, output, cell, services, magics, assigned: false, provide };
    const state: CellState = {
      statement,
      assigned: { ...statement, assigned: true },
      pending: new PendingCalls(),
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
      return (...given) => {
        const state = stateOf(options.cell());
        return state.pending.add(run(bind(given), state));
      };
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
    async settle(cell) {
      try {
        await states.get(cell)?.pending.settle();
      } finally {
        // Also what the typed API left pending; a failure here stands for the other, of which it is the later.
        await session.settle();
      }
    },
    facts(): ExtensionFacts {
      const uri = session.decidedTrackingUri;
      const added = Object.keys(process.env).filter((name) => !inherited.has(name));
      return {
        ...(uri !== undefined && { [trackingUriFact]: uri }),
        ...(added.length > 0 && { [environmentFact]: added.join(" ") }),
      };
    },
    // As MLflow does at exit; a cell that is still running under a cell magic was killed.
    close: () => session.close(running.size > 0 ? "KILLED" : "FINISHED"),
  };
}

/** A header's arguments, evaluated before the body. */
function headerFunction(magic: Magic): (...given: unknown[]) => MagicArgs {
  const bind = bindCall({ ...magic, input: "args" });
  return (...given) => bind(given);
}
