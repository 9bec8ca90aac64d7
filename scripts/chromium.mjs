// The browser for the suites that look at what is drawn.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall, canAptInstall } from "./apt.mjs";
import { StepError, step } from "./steps.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** How a person enables these suites. */
export const chromiumHint = "install chromium (Debian: apt-get install chromium), or set RUNLAB_CHROMIUM to its path";

/**
 * Finds chromium, or installs it as root on Debian.
 * @returns {Promise<string | undefined>} its path; undefined when there is none and it cannot be installed here
 */
export async function ensureChromium() {
  const found = findChromium();
  if (found || !canAptInstall()) return found;
  try {
    await step("installing chromium", (progress) => aptInstall(["chromium"], progress));
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
  }
  return findChromium();
}

function findChromium() {
  const named = process.env.RUNLAB_CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  if (process.platform === "darwin") folders.push("/Applications/Google Chrome.app/Contents/MacOS");
  return folders
    .flatMap((folder) => [...names, "Google Chrome"].map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}
