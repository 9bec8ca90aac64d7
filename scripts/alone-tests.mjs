// The test files that get the machine to themselves, because they compare a time with a bound; the others run beside each other.
import { relative, sep } from "node:path";
import { root } from "./steps.mjs";

/** What each file measures, by its path in test/. */
export const aloneTests = {
  "kernel/values/large-values": "CPU time of printing large values",
  "kernel/values/value-bundle": "time of printing a long array",
  "kernel/whole-kernel": "time until an interrupt ends a cell",
  "kernel/wire/glob": "growth of CPU time with the length of a pattern",
  "linear-time": "growth of CPU time with the length of a text",
  "main/store-names": "time until known names are given",
  "models/signature/enforce": "time of checking many rows",
  "stores/bench": "times of searches",
  "stores/file/store-watch": "time until another process is heard of",
};

/** @param {string} file path of a compiled test @returns {boolean} true when nothing else may run beside it */
export function needsMachine(file) {
  const name = relative(root, file)
    .split(sep)
    .join("/")
    .replace(/^dist\/test\/(.*)\.test\.js$/, "$1");
  return Object.hasOwn(aloneTests, name);
}
