// `npm start`: JupyterLab on notebooks/, with the kernel of this folder. Further arguments go to JupyterLab.
import { build, ensureNodeModules, ensureVenv, installKernel, python } from "./setup.mjs";
import { runHere, runScript } from "./steps.mjs";

await runScript(async () => {
  await ensureNodeModules();
  await build();
  await ensureVenv("lab");
  await installKernel();
  // In a container people are often root, and Jupyter then wants to be told; it listens on the loopback, with a token.
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const args = ["-m", "jupyterlab", "--notebook-dir=notebooks", ...root, ...process.argv.slice(2)];
  process.exitCode = await runHere(python, args);
});
