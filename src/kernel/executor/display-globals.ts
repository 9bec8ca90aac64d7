import { KernelError } from "../../errors.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import type { CellOutput } from "../cell-output.js";
import { wireData } from "../values/mime-data.js";
import type { CurrentCell } from "./cell-context.js";

export interface DisplayOptions {
  /** Gives the output a name, by which `updateDisplay` changes it later, from any cell. */
  displayId?: string;
  /** `value` is a MIME bundle itself: `{ "text/html": "<b>x</b>" }`. */
  raw?: boolean;
}

export type RenderValue = (value: unknown) => MimeBundle | Promise<MimeBundle>;

/** `display`, `updateDisplay` and `clearOutput`, as cells see them. */
export function displayGlobals(output: CellOutput, cells: CurrentCell, render: RenderValue): Record<string, unknown> {
  const show = (value: unknown, raw: boolean, draw: (bundle: MimeBundle) => void): void | Promise<void> => {
    const bundle = raw ? rawBundle(value) : render(value);
    if (!(bundle instanceof Promise)) return draw(bundle);
    const drawn = bundle.then(draw);
    cells.getStore()?.waitFor(drawn);
    return drawn;
  };
  return {
    display: (value: unknown, options: DisplayOptions = {}) =>
      show(value, options.raw === true, (bundle) =>
        output.display(bundle, options.displayId === undefined ? {} : { displayId: options.displayId }),
      ),
    updateDisplay: (displayId: string, value: unknown, options: Pick<DisplayOptions, "raw"> = {}) =>
      show(value, options.raw === true, (bundle) => output.update(String(displayId), bundle)),
    clearOutput: (options: { wait?: boolean } = {}) => output.clear(options),
  };
}

function rawBundle(value: unknown): MimeBundle {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new KernelError("INVALID_PARAMETER_VALUE", "display(value, { raw: true }) needs an object of MIME types.", {
      hint: 'For example display({ "text/html": "<b>bold</b>" }, { raw: true }).',
    });
  }
  return { data: wireData(value as Record<string, unknown>) };
}
