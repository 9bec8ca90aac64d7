// `npm run demo`: from a fresh clone to an executed notebook, its HTML and the table of its runs, all under build/demo/.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { cli, ensureBuilt, ensureNodeModules, ensureVenv, installKernel, python } from "./setup.mjs";
import { root, run, runHere, runScript, step } from "./steps.mjs";

const notebook = "cars.ipynb";
const folder = join(root, "build", "demo");
const store = join(folder, "runlab");

/** A fresh folder with the notebook and the modules beside it, so that the stored notebook stays as it is. */
function prepareFolder() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(join(root, "notebooks"))) {
    if (name === notebook || name.endsWith(".ts")) copyFileSync(join(root, "notebooks", name), join(folder, name));
  }
}

/** @param {string} output of `runlab runs list --json`, with the store's name before it */
function describeRun(output) {
  const [{ info, data }] = JSON.parse(output.slice(output.indexOf("[\n")));
  const metrics = Object.entries(data.metrics).map(([key, value]) => `${key} ${value.toFixed(4)}`);
  return `${info.runName} (${info.runId}), ${metrics.join(", ")}`;
}

await runScript(async () => {
  const started = performance.now();
  // Packages of npm and of Python come over the network; the build waits for the former alone.
  await Promise.all([ensureNodeModules().then(ensureBuilt), ensureVenv("demo")]);
  await installKernel();
  prepareFolder();
  const env = { RUNLAB_TRACKING_URI: store, MLFLOW_TRACKING_URI: undefined };
  await step(`executing notebooks/${notebook}`, (progress) =>
    run(python, [join("python", "run_notebook.py"), join(folder, notebook)], { env, onLine: progress, log: "demo" }),
  );
  const list = [cli, "runs", "list", "cars", "--order", "metrics.rmse ASC"];
  console.log("");
  await runHere(process.execPath, list, { cwd: folder, env });
  const best = await run(process.execPath, [...list, "--limit", "1", "--json"], { cwd: folder, env, log: "demo" });
  console.log(`\nBest run: ${describeRun(best)}`);
  console.log("\nFiles");
  for (const path of [notebook, notebook.replace(".ipynb", ".html"), "runlab"]) {
    console.log(`  ${relative(root, join(folder, path))}`);
  }
  console.log(`\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s. Next: npm start`);
});
