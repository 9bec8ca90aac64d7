// `npm run bench:faults [-- kills [seed]]`: the store's fault suites, longer than in `npm test`: 500 kills, 200 disks that fail at
// random, and the suites with several processes. The same seed gives the same faults.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runNodeTests } from "./node-tests.mjs";
import { build, ensureNodeModules } from "./setup.mjs";
import { root, runScript } from "./steps.mjs";

const [kills = "500", seed = "1"] = process.argv.slice(2);

await runScript(async () => {
  await ensureNodeModules();
  await build();
  const folder = join(root, "dist", "test", "stores");
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /(faults\/.*|processes)\.test\.js$/.test(name))
    .map((name) => join(folder, name));
  const env = { RUNLAB_KILLS: kills, RUNLAB_FAULT_ROUNDS: "200", RUNLAB_SEED: seed };
  // A kill takes one to two seconds.
  const { passed, failed } = await runNodeTests(files, env, { timeout: 600_000 + Number(kills) * 6000 });
  console.log(`${passed} passed, ${failed} failed; ${kills} kills, 200 faulty disks, seed ${seed}`);
  if (failed > 0) process.exitCode = 1;
});
