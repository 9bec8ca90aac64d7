import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startKernel } from "../kernel/kernel.js";
import { fastStartFlags } from "./fast-start.js";
import { type EngineName, engineNames } from "./kernelspec/kernelspec.js";
import { packageInfo } from "./package-info.js";

/** `kernel-main.js <connection_file> [--engine hub|tslab]`: what a kernelspec starts. */
const [connectionFile, ...options] = process.argv.slice(2);
const named = options[options.indexOf("--engine") + 1];
const engine: EngineName = options.includes("--engine")
  ? (engineNames.find((name) => name === named) ?? refuse())
  : "hub";
if (connectionFile === undefined) refuse();
else {
  startKernel({
    connectionFile,
    kernelVersion: packageInfo().version,
    languageVersion: engine === "tslab" ? versionOf("@tslab/typescript-for-tslab", "tslab") : versionOf("typescript"),
    engine: {
      entry: fileURLToPath(new URL("./engine-main.js", import.meta.url)),
      execArgv: engine === "hub" ? fastStartFlags() : [],
      args: [engine],
    },
    // Loaded once the wire is bound: nothing of this is needed for kernel_info.
    load: async (kernel) => (await import("./compose.js")).composeKernel(kernel, engine),
  });
}

function refuse(): never {
  process.stderr.write(`usage: kernel-main.js <connection_file> [--engine ${engineNames.join("|")}]\n`);
  process.exit(2);
}

/** Read from the package's manifest: loading the compiler to ask it takes 0.2 s. */
function versionOf(name: string, dependant?: string): string {
  const here = createRequire(import.meta.url);
  const require = dependant === undefined ? here : createRequire(here.resolve(`${dependant}/package.json`));
  const path = require.resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
