import { TrackingError } from "../../errors.js";
import { plural } from "../../render/format-value.js";
import { checkStore } from "../../stores/file/check/check-store.js";
import { fixStore } from "../../stores/file/check/fix-store.js";
import { storeFolder } from "../../stores/open.js";
import type { Finding } from "./check.js";

/**
 * What `runlab doctor --store` says of a store, and what it did about it.
 * @param uri - of the store; default: the one found here
 * @param fix - fix what can be fixed
 */
export async function storeFindings(uri: string | undefined, fix: boolean): Promise<Finding[]> {
  const folder = storeFolder(uri);
  if (folder === undefined) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", "Only stores that are folders can be checked.", {
      hint: "Choose one with --tracking-uri ./runlab.",
    });
  }
  const { findings, runs, experiments } = fix ? await fixed(folder) : found(folder);
  const size = `${folder}: ${plural(runs, "run")} in ${plural(experiments, "experiment")}`;
  return [{ status: "ok", what: size }, ...findings];
}

interface Report {
  runs: number;
  experiments: number;
  findings: Finding[];
}

function found(folder: string): Report {
  const { problems, ...size } = checkStore(folder);
  const findings = problems.map(({ status, path, what, hint, fix }): Finding => {
    const wayOut = fix === undefined ? hint : `--fix would ${fix.what}.`;
    return { status, what: `${path}: ${what}`, ...(wayOut === undefined ? {} : { hint: wayOut }) };
  });
  return { ...size, findings };
}

async function fixed(folder: string): Promise<Report> {
  const { problems, ...size } = await fixStore(folder);
  const findings = problems.map(({ problem, outcome, reason }): Finding => {
    const { status, path, what, hint, fix } = problem;
    if (outcome === "fixed") return { status: "ok", what: `${path}: ${what}${fix ? `\nfixed: ${fix.what}` : ""}` };
    if (outcome === "left") return { status, what: `${path}: ${what}`, ...(hint === undefined ? {} : { hint }) };
    const why = reason ?? "the problem is still there after the fix";
    return {
      status: "problem",
      what: `${path}: ${what}\ncould not be fixed: ${why}`,
      hint: "The attempt lost no data. Restore the file from a backup, or report this.",
    };
  });
  return { ...size, findings };
}
