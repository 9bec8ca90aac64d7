import type { MimeBundle } from "../render/mime-bundle.js";
import type { CellOutput } from "./cell-output.js";
import type { CompiledModule } from "./engine/engine.js";
import type { CellHistory } from "./executor/cell-history.js";
import type { CellInfo } from "./extension.js";

/** What a running kernel offers to what is plugged into it. */
export interface KernelHandle {
  readonly output: CellOutput;
  /** The cell that the calling code belongs to, also from a late timer; the latest one for code of no cell. */
  cell(): CellInfo;
  /** The cells of this session, by number. */
  readonly history: CellHistory;
  /** What hovering over a name shows; undefined when there is nothing to say. */
  inspect(name: string): Promise<MimeBundle | undefined>;
  /** Forgets every name of earlier cells, in the evaluator and in the engine. */
  reset(): Promise<void>;
  /** Compiles a local file that running code imports; undefined when the engine does not compile it. */
  compileModule(specifier: string, from: string): Promise<CompiledModule | undefined>;
  /** Asks the user a yes-or-no question. @throws {KernelError} INVALID_STATE when the front end takes no input */
  confirm(question: string): boolean;
  /** Replaces the running cell's source with `text`, by the `set_next_input` payload of the reply. */
  replaceCell(text: string): void;
}
