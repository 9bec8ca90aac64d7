// `npm run test:nodes [-- word …]`: runs `npm test` on each other Node that is supported, taken from the registry (the package
// `node-<platform>-<arch>`, which holds nothing but the program). Ends with a line per version; fails if any of them did.
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root, run, runHere, runScript, StepError, step } from "./steps.mjs";

/** Major versions besides the one that this script runs on; Node 20.19 is the oldest that is supported. */
const majors = ["22", "24"];

const windows = process.platform === "win32";

/** @returns {Promise<string>} the program of the newest release of a major version, below `build/nodes/` */
async function ensureNode(major) {
  const name = `node-${windows ? "win" : process.platform}-${process.arch}`;
  const folder = join(root, "build", "nodes", major);
  const program = join(folder, "node_modules", name, "bin", windows ? "node.exe" : "node");
  if (existsSync(program)) return program;
  await step(`fetching Node ${major}`, (progress) =>
    run(
      windows ? "npm.cmd" : "npm",
      ["install", "--prefix", folder, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", `${name}@${major}`],
      { onLine: progress, attempts: 3, log: "nodes" },
    ),
  );
  if (!existsSync(program)) throw new StepError(`${name}@${major} holds no ${program}.`);
  return program;
}

await runScript(async () => {
  const words = process.argv.slice(2);
  const results = [];
  for (const major of majors) {
    const program = await ensureNode(major);
    const version = (await run(program, ["--version"])).trim();
    console.log(`\nNode ${version}`);
    // Everything the tests start finds this Node first: kernels by their kernelspec, commands by PATH.
    const PATH = `${dirname(program)}${delimiter}${process.env.PATH}`;
    const code = await runHere(program, [join(root, "scripts", "test.mjs"), ...words], { env: { PATH } });
    results.push({ version, code });
  }
  for (const { version, code } of results) console.log(`Node ${version}: ${code === 0 ? "passed" : "failed"}`);
  if (results.some(({ code }) => code !== 0)) process.exitCode = 1;
});
