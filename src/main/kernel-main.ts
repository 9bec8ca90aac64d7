import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { fastStartScript } from "../cli/fast-start-script.js";
import { type EngineName, engineNames } from "../cli/kernelspec/engine-name.js";
import { packageInfo } from "../cli/package-info.js";
import { startKernel } from "../kernel/kernel.js";
import { dependencyFile } from "../kernel/own-package.js";

/**
 * `kernel-main.js <connection_file> [--engine hub|tslab]`: what a kernelspec starts. With `--parameters` in the file's place it
 * tells papermill, as JSON, what the cell on its standard input declares.
 */
const [connectionFile, ...options] = process.argv.slice(2);
const named = options[options.indexOf("--engine") + 1];
const engine: EngineName = options.includes("--engine")
  ? (engineNames.find((name) => name === named) ?? refuse())
  : "hub";
if (connectionFile === undefined) refuse();
else if (connectionFile === "--parameters") {
  // Loaded only for papermill: it brings the compiler.
  void import("./parameters.js");
} else {
  startKernel({
    connectionFile,
    kernelVersion: packageInfo().version,
    languageVersion: versionIn(engine === "tslab" ? tslabManifest() : dependencyFile("typescript", "package.json")),
    engine: {
      entry: fileURLToPath(new URL("./engine-main.js", import.meta.url)),
      args: [engine],
      ...(engine === "hub" ? { snapshotScript: fastStartScript } : {}),
    },
    // Loaded once the wire is bound: nothing of this is needed for kernel_info.
    load: async (kernel) => (await import("./compose.js")).composeKernel(kernel, engine),
  });
}

function refuse(): never {
  process.stderr.write(`usage: kernel-main.js <connection_file> [--engine ${engineNames.join("|")}]\n`);
  process.exit(2);
}

/** Of the TypeScript that tslab brings, which may lie beside it or below. */
function tslabManifest(): string {
  const tslab = dependencyFile("tslab", "package.json");
  return createRequire(tslab).resolve("@tslab/typescript-for-tslab/package.json");
}

/** Read from the package's manifest: loading the compiler to ask it takes 0.2 s. */
function versionIn(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
