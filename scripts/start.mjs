// `npm start`: JupyterLab on notebooks/, with the kernel of this folder. Further arguments go to JupyterLab.
import { build, ensureNodeModules, ensureVenv, installKernel, python } from "./setup.mjs";
import { runHere, runScript } from "./steps.mjs";

await runScript(async () => {
  await ensureNodeModules();
  await build();
  await ensureVenv("lab");
  await installKernel();
  process.exitCode = await runHere(python, ["-m", "jupyterlab", "--notebook-dir=notebooks", ...process.argv.slice(2)]);
});
