import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { typescriptSyntax as syntax } from "../../../src/kernel/engine/syntax.js";
import { magics } from "../../../src/magics/registry.js";
import { magicSourceExtension } from "../../../src/magics/source-extension.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { runCli } from "../../cli/run-cli.js";
import { RunningCell } from "../test-cell.js";

/**
 * Does everything that reads in a store that is mounted read-only, if asked to: `node reading-process.js <store> <folder> <mount?>
 * <run id>`, in a mount namespace of its own. Prints a JSON line for each: what it was, and what went wrong, if anything.
 */
const [, , store = "", folder = "", mount = "", runId = ""] = process.argv;
if (mount === "read-only") {
  execFileSync("mount", ["--bind", store, store]);
  execFileSync("mount", ["-o", "remount,ro,bind", store]);
}

function newSession(): TrackingSession {
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(store);
  return session;
}

class StoreCell extends RunningCell {
  override readonly session = newSession();
}

const commands = [
  ["runs", "list"],
  ["runs", "list", "cars", "--where", "metrics.loss < 9", "--order", "metrics.loss ASC"],
  ["runs", "list", "--deleted"],
  ["runs", "show", "full"],
  ["experiments", "list"],
  ["experiments", "show", "cars"],
  ["models", "list"],
  ["models", "list", "--where", "name LIKE 'C%'"],
  ["export", "cars", "--to", join(folder, "runs.json")],
  ["export", "cars", "--to", join(folder, "runs.csv")],
  ["gc", "--dry-run"],
];
for (const command of commands) {
  const { code, err } = await runCli([...command, "--tracking-uri", store], { cwd: folder });
  say(command.join(" "), code === 0 ? undefined : err);
}

const lines = [
  '%runs experiment="cars"',
  "%runs all",
  "%run_info full",
  "%compare full other",
  "%plot loss full other",
  '%best loss experiment="cars"',
  "%models",
  `%export runs="full" to=${JSON.stringify(join(folder, "magic.json"))}`,
];
for (const line of lines) {
  await attempt(line, async () => {
    const cell = new StoreCell();
    const { globals, settle } = cell.extension();
    const code =
      magicSourceExtension(magics, async () => []).lower(`%experiment cars\n${line}`, syntax).code?.text ?? "";
    await Function("$magic", `return (async () => {\n${code}\n})()`)(globals.$magic);
    await settle(cell);
    await cell.session.close();
    if (cell.shown.length + cell.stdout.length === 0) throw new Error("It shows nothing.");
  });
}

const session = newSession();
await attempt("getMetricHistory", () => session.getMetricHistory(runId, "loss"));
await attempt("listArtifacts", () => session.listArtifacts(runId));
await attempt("downloadArtifacts", () => session.downloadArtifacts(runId, "note.txt", join(folder, "out")));
await session.close();

async function attempt(what: string, work: () => unknown): Promise<void> {
  try {
    await work();
    say(what, undefined);
  } catch (error) {
    say(what, String(error instanceof Error ? error.stack : error));
  }
}

function say(what: string, problem: string | undefined): void {
  process.stdout.write(`${JSON.stringify({ what, problem })}\n`);
}
