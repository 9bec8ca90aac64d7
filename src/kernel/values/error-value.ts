import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { visibleText } from "../../visible.js";
import { ownFolders } from "../own-package.js";
import { plainText } from "./plain-text.js";
import type { ValueKind } from "./value-kind.js";

/** An error as a value, not thrown: message, the user's own frames, further properties and its causes. */
export const errorValue: ValueKind = {
  name: "error",
  bundle(value) {
    if (!types.isNativeError(value)) return undefined;
    return { data: { "text/plain": visibleText(withoutInternalFrames(plainText(value))) } };
  },
};

/** The package's own frames stand below a cell's and tell the user nothing; those of CommonJS files have paths, not URLs. */
const own = ownFolders().flatMap((folder) => [folder, pathToFileURL(folder).href]);

function withoutInternalFrames(text: string): string {
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    if (!isInternalFrame(line)) kept.push(line);
    // Node opens the braces of further properties after the last frame
    else if (line.endsWith(" {")) kept.push(`${kept.pop() ?? ""} {`);
  }
  return kept.join("\n");
}

function isInternalFrame(line: string): boolean {
  return /^\s+at /.test(line) && (/[( ]node:/.test(line) || own.some((folder) => line.includes(folder)));
}
