import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { slashes } from "./watched-system.js";

/**
 * The TypeScript file that an `import()` means.
 * @param from - the file whose code asks
 * @param isModuleCell - whether a path is that of a `@module` cell, which lies in no folder
 * @returns its path, `/`-separated; undefined for everything that Node loads by itself
 */
export function sourceFile(
  specifier: string,
  from: string,
  isModuleCell: (path: string) => boolean,
): string | undefined {
  const named = specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(dirname(from), specifier);
  const path = slashes(named);
  const endings = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"].map((ending) => path + ending);
  return [...endings, path.replace(/\.js(x?)$/, ".ts$1")].find(
    (candidate) =>
      /(?<!\.d)\.tsx?$/.test(candidate) &&
      (isModuleCell(candidate) || (existsSync(candidate) && statSync(candidate).isFile())),
  );
}
