// `npm start`: JupyterLab on notebooks/, with the kernel of this folder. Further arguments go to JupyterLab.
import { ensureBuilt, ensureNodeModules, ensureVenv, installKernel, python } from "./setup.mjs";
import { runHere, runScript } from "./steps.mjs";

await runScript(async () => {
  // Packages of npm and of Python come over the network; the build waits for the former alone.
  await Promise.all([ensureNodeModules().then(ensureBuilt), ensureVenv("lab")]);
  await installKernel();
  // In a container people are often root, and Jupyter then wants to be told; it listens on the loopback, with a token.
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const args = ["-m", "jupyterlab", "--notebook-dir=notebooks", ...root, ...process.argv.slice(2)];
  process.exitCode = await runHere(python, args);
});
