import type { MimeBundle } from "../render/mime-bundle.js";

/** Where the code of a cell draws. One per kernel; it finds the cell it draws under by `AsyncLocalStorage`. */
export interface CellOutput {
  /** Shows a bundle under the running cell; with `displayId` it can be updated later, also from other cells. */
  display(bundle: MimeBundle, options?: { displayId?: string }): void;
  update(displayId: string, bundle: MimeBundle): void;
  clear(options?: { wait?: boolean }): void;
  stream(name: "stdout" | "stderr", text: string): void;
}
