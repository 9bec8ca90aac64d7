import { readFileSync, writeSync } from "node:fs";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingSession } from "../../../src/tracking/session.js";

/**
 * A process on a store, for tests: `node writer-process.js <store> <task> <name> <count> [runId]`. It says what was acknowledged
 * on stdout, one line each, written before anything else is done.
 */
const [, , folder = "", task = "", name = "", count = "0", runId = ""] = process.argv;
const session = new TrackingSession({ resolveUri, openStore });
session.setTrackingUri(folder);
const say = (line: string) => writeSync(1, `${line}\n`);

/** Logs until it is killed, or `count` rounds long. */
async function log(): Promise<void> {
  const shared = runId !== "";
  const run = shared ? undefined : await session.startRun({ runName: name });
  const id = run?.runId ?? runId;
  say(`run ${id}`);
  const { client } = session;
  for (let step = 0; step < Number(count); step++) {
    await client.logMetric(id, `m${step % 5}`, step, { step, timestamp: step });
    say(`metric m${step % 5} ${step}`);
    if (step % 4 === 0) {
      await client.logParam(id, `${name}-${step}`, step);
      say(`param ${name}-${step} ${step}`);
    }
    if (step % 7 === 0) {
      await client.setTag(id, `${name}-tag`, step);
      say(`tag ${name}-tag ${step}`);
    }
    if (step % 50 === 0) {
      await client.logText(id, `text ${step}`, `${name}/${step}.txt`);
      say(`artifact ${name}/${step}.txt ${step}`);
    }
    if (step % 90 === 0) {
      await client.createExperiment(`${name} ${step}`);
      say(`experiment ${name} ${step}`);
    }
  }
  await session.close();
  say("done");
}

/** Tries to be the one whose value a param gets. */
async function race(): Promise<void> {
  for (let index = 0; index < Number(count); index++) {
    const outcome = await session.client
      .getRun(runId)
      .then(() => session.client.logParam(runId, `race${index}`, name))
      .then(
        () => "won",
        () => "lost",
      );
    say(`${outcome} race${index} ${name}`);
  }
  await session.close();
  say("done");
}

/** Leaves a run open and goes: by its own end, an exit code, or an error. */
async function leave(): Promise<void> {
  const run = await session.startRun({ runName: name });
  say(`run ${run.runId}`);
  await session.logMetric("m", 1);
  if (count === "1") process.exit(3);
  if (count === "3") {
    session.logParam("p", 1);
    session.logParam("p", 2);
  }
  if (count === "2") setImmediate(() => readFileSync("/nowhere"));
}

if (task === "log") await log();
else if (task === "race") await race();
else await leave();
