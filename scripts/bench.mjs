// `npm run bench [-- name …]`: every benchmark of bench/, or those whose file name holds one of the words.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build, ensureNodeModules } from "./setup.mjs";
import { root, runHere, runScript, StepError } from "./steps.mjs";

await runScript(async () => {
  await ensureNodeModules();
  await build();
  const folder = join(root, "dist", "bench");
  const words = process.argv.slice(2);
  const files = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(".js") && (words.length === 0 || words.some((word) => name.includes(word))))
    .sort();
  if (files.length === 0) throw new StepError(`No benchmark in bench/ matches ${words.join(", ") || "*"}.`);
  for (const file of files) {
    console.log(`\n${file.replace(/\.js$/, "")}`);
    const code = await runHere(process.execPath, [join(folder, file)]);
    if (code !== 0) process.exitCode = code;
  }
});
