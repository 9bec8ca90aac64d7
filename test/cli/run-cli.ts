import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command `runlab`, as it is installed. */
export const mainPath = fileURLToPath(new URL("../../bundle/main.js", import.meta.url));

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command line as a process of its own. `env` comes over the environment; undefined takes a name away. */
export function runCli(
  argv: readonly string[],
  options: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [mainPath, ...argv], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const result: CliResult = { code: null, out: "", err: "" };
    child.stdout.on("data", (data) => {
      result.out += data;
    });
    child.stderr.on("data", (data) => {
      result.err += data;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...result, code }));
  });
}
