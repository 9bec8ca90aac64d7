import type { MimeBundle } from "../../render/mime-bundle.js";
import type { CellOutput } from "../cell-output.js";
import type { StreamName } from "../messages.js";
import type { CurrentCell } from "./cell-context.js";
import type { MainPort } from "./main-port.js";

/** Where other copies of the package, and tslab's display API, find the kernel's output. */
export const outputSymbol = Symbol.for("runlab.output");

/** Draws under the cell whose code is running, found by `AsyncLocalStorage`; code of no cell draws under the latest. */
export class LiveOutput implements CellOutput {
  readonly #port: MainPort;
  readonly #cells: CurrentCell;

  constructor(port: MainPort, cells: CurrentCell) {
    this.#port = port;
    this.#cells = cells;
  }

  display(bundle: MimeBundle, options: { displayId?: string } = {}): void {
    const { displayId } = options;
    const cell = this.#cells.getStore();
    if (cell?.takeDisplay(bundle, displayId)) return;
    const message = { type: "display", cell: cell?.number, bundle } as const;
    this.#port.post(displayId === undefined ? message : { ...message, displayId });
  }

  update(displayId: string, bundle: MimeBundle): void {
    this.#port.post({ type: "update", cell: this.#cells.getStore()?.number, bundle, displayId });
  }

  clear(options: { wait?: boolean } = {}): void {
    this.#port.post({ type: "clear", cell: this.#cells.getStore()?.number, wait: options.wait === true });
  }

  stream(name: StreamName, text: string): void {
    if (text === "") return;
    const cell = this.#cells.getStore();
    if (cell?.takeStream(name, text)) return;
    this.#port.stream(cell?.number, name, text);
  }
}
