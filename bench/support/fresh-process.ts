import { AsyncLocalStorage } from "node:async_hooks";
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * `node fresh-process.js <folder> search|parse|log|append|await <argument>`: in a process of its own, prints how many ms it took to
 * search a store by the query, to read and parse all its documents, to log so many points one by one, to append their lines to a
 * file, or to append them where each is awaited in a context of its own, as all that runs in a run is.
 */
const [, , folder = "", what = "", argument = ""] = process.argv;

/** The package as it is installed; its modules are few and large, and load sooner than those that it is built from. */
const runlab: typeof import("../../src/index.js") = await import(
  new URL("../../bundle/index.js", import.meta.url).href
);

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measured(): Promise<number> {
  runlab.setTrackingUri(folder);
  switch (what) {
    case "search":
      return timed(() => runlab.searchRuns(JSON.parse(argument)));
    case "parse":
      return timed(() => {
        const experiment = join(folder, "0");
        for (const name of readdirSync(experiment)) {
          if (!name.startsWith(".")) JSON.parse(readFileSync(join(experiment, name, "run.json"), "utf8"));
        }
      });
    case "log":
      return await runlab.startRun({}, () =>
        timed(async () => {
          for (let step = 0; step < Number(argument); step++) await runlab.logMetric("loss", step / 7, { step });
        }),
      );
    case "append":
      return timed(() => {
        const fd = openSync(folder, "a");
        for (let step = 0; step < Number(argument); step++) writeSync(fd, `1700000000000 ${step / 7} ${step}\n`);
        closeSync(fd);
      });
    case "await":
      return await new AsyncLocalStorage().run({}, () =>
        timed(async () => {
          const done = Promise.resolve();
          const fd = openSync(folder, "a");
          const append = (step: number) => {
            writeSync(fd, `1700000000000 ${step / 7} ${step}\n`);
            return done;
          };
          for (let step = 0; step < Number(argument); step++) await append(step);
          closeSync(fd);
        }),
      );
    default:
      throw new Error(`There is no '${what}' to measure.`);
  }
}

process.stdout.write(String(await measured()));
