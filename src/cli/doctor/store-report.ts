import { TrackingError } from "../../errors.js";
import { plural } from "../../render/format-value.js";
import { checkStore } from "../../stores/file/check/check-store.js";
import { storeFolder } from "../../stores/open.js";
import type { Finding } from "./check.js";

/**
 * What `runlab doctor --store` says of a store, and what it did about it.
 * @param uri - of the store; default: the one found here
 * @param mend - mend what can be mended
 */
export async function storeFindings(uri: string | undefined, mend: boolean): Promise<Finding[]> {
  const folder = storeFolder(uri);
  if (folder === undefined) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", "Only a store that is a folder can be looked at.", {
      hint: "Name one with --tracking-uri ./runlab.",
    });
  }
  const { problems, runs, experiments } = checkStore(folder);
  const seen: Finding = {
    status: "ok",
    what: `${folder}: ${plural(runs, "run")} in ${plural(experiments, "experiment")}`,
  };
  const findings: Finding[] = [];
  for (const { status, path, what, hint, mend: mending } of problems) {
    if (mending === undefined) {
      findings.push({ status, what: `${path}: ${what}`, ...(hint === undefined ? {} : { hint }) });
    } else if (mend) {
      await mending.work();
      findings.push({ status: "ok", what: `${path}: ${what}\nmended: ${mending.what}` });
    } else {
      findings.push({ status, what: `${path}: ${what}`, hint: `--mend would ${mending.what}.` });
    }
  }
  return [seen, ...findings];
}
