// Debian packages, where this process may install them.
import { existsSync } from "node:fs";
import { run } from "./steps.mjs";

/** True as root on Debian and its kin. */
export function canAptInstall() {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

/**
 * @param {readonly string[]} packages
 * @param {(line: string) => void} progress
 */
export async function aptInstall(packages, progress) {
  const options = { onLine: progress, attempts: 3, log: "apt", env: { DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update"], options);
  await run("apt-get", ["install", "-y", "--no-install-recommends", ...packages], options);
}
