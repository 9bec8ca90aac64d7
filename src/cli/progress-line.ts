import { progressText } from "../render/progress.js";
import type { ShowProgress } from "../tracking/progress.js";

/** Shows progress in a terminal, on one line that is written over; anywhere else nothing. */
export function progressLine(terminal: NodeJS.WriteStream): ShowProgress | undefined {
  if (!terminal.isTTY) return undefined;
  return (state) => void terminal.write(`\r\u001b[K${state.ended ? "" : progressText(state)}`);
}
