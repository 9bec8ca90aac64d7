import { TrackingError } from "../../errors.js";
import { own } from "../../own.js";
import { findExperiment } from "../../queries/find-experiment.js";
import { plural } from "../../render/format-value.js";
import { type Removal, removeDeleted } from "../../tracking/remove-deleted.js";
import { type CliCommand, type CliIo, textOption } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";

/** `runlab gc`: what `delete` has hidden is removed from the disk. */
export const gc: CliCommand = {
  name: "gc",
  summary: "Permanently remove deleted runs and experiments with their files; they cannot be restored afterwards",
  options: [
    { flags: "--older-than <age>", doc: "only what was deleted at least this long ago: 30d, 12h, 1d12h" },
    { flags: "--experiment <name>", doc: "only from one experiment, by name or id" },
    { flags: "--dry-run", doc: "say what would be removed, and remove nothing" },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(input, async (session) => {
      const age = textOption(input, "olderThan");
      const word = textOption(input, "experiment");
      const experiment = word === undefined ? undefined : await findExperiment(session, word);
      const dryRun = input.options.dryRun === true;
      const removal = await removeDeleted(session.store, {
        ...(age === undefined ? {} : { olderThan: parseAge(age) }),
        ...(experiment === undefined ? {} : { experimentIds: [experiment.experimentId] }),
        dryRun,
      });
      if (input.options.json) input.io.print(JSON.stringify(removal, null, 2));
      else describe(removal, dryRun, input.io);
    }),
};

function describe({ runs, experiments, kept, keptExperiments }: Removal, dryRun: boolean, io: CliIo): void {
  for (const { runId, runName } of runs) io.print(`  ${runName} (${runId.slice(0, 8)})`);
  for (const { experimentId, name } of experiments) io.print(`  experiment ${name} (${experimentId})`);
  for (const { runName, reason } of kept) io.print(`  ${runName} stays: ${reason}`);
  for (const { name, reason } of keptExperiments) io.print(`  experiment ${name} stays: ${reason}`);
  const what = experiments.length === 0 ? "" : ` and ${plural(experiments.length, "experiment")}`;
  io.print(`${dryRun ? "Would remove" : "Removed"} ${plural(runs.length, "run")}${what}`);
}

const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** ms of `30d`, `1d12h`: days, hours, minutes, seconds, as MLflow's `gc --older-than`. */
function parseAge(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([dhms])/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `'${text}' is not a valid age.`, {
      hint: "Write days, hours, minutes and seconds, such as 30d, 12h or 1d2h30m.",
    });
  }
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (own(units, unit) ?? 0), 0);
}
