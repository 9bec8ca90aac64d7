import { MagicError } from "../../errors.js";
import { defineMagic } from "../define-magic.js";

/** `%history`: what the cells of this session were. */
export const history = defineMagic({
  name: "history",
  kind: "line",
  summary: "Print the cells of this session, all or some of them; In[3] is the text of one",
  input: "args",
  args: [
    { name: "cells", type: "words", doc: "numbers of cells, and ranges of them: 4 7-9", positional: true },
    { name: "numbers", type: "boolean", dashed: ["-n"], doc: "print the number of each cell" },
    { name: "limit", type: "number", dashed: ["-l"], doc: "only the last so many" },
    { name: "grep", type: "string", dashed: ["-g"], doc: "only cells that contain this text" },
  ],
  lowering: "await",
  draws: true,
  returns: "string[]",
  examples: ["%history", "%history -n -l 5", "%history 4 7-9", "%history grep=fit"],
  run({ cells, numbers, limit, grep }, { services, output, assigned }) {
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0)) {
      throw new MagicError("INVALID_PARAMETER_VALUE", `limit must be a whole number; got ${limit}.`);
    }
    const ranges = cells.map(rangeOf);
    const found = Object.entries(services.history())
      .map(([count, text]): [number, string] => [Number(count), text])
      .filter(([count]) => ranges.length === 0 || ranges.some(({ first, last }) => first <= count && count <= last))
      .filter(([, text]) => grep === undefined || text.includes(grep));
    const shown = limit === undefined ? found : found.slice(Math.max(0, found.length - limit));
    if (!assigned && shown.length > 0) {
      const lines = shown.map(([count, text]) => (numbers ? `${String(count).padStart(4)}: ${text}` : text));
      output.stream("stdout", `${lines.join("\n")}\n`);
    }
    return shown.map(([, text]) => text);
  },
});

/** `4` or `7-9`. */
function rangeOf(word: string): { first: number; last: number } {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  if (first !== undefined) return { first: Number(first), last: Number(last) };
  throw new MagicError("INVALID_PARAMETER_VALUE", `'${word}' is no number of a cell, and no range of them.`, {
    hint: "Write %history 4 7-9. To search, write %history grep=text.",
  });
}
