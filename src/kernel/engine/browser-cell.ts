import type { Diagnostic } from "./engine.js";

/** Of a cell that begins with a comment holding `@browser`: as in tslab, it is neither checked nor run. */
export const browserCell: Diagnostic = {
  message: "This cell is marked @browser: it runs nothing here.",
  code: "",
  category: "warning",
  start: 0,
  length: 0,
};
