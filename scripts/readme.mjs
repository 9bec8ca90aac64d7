// `npm run readme`: writes the generated parts of README.md anew, from the declarations of magics and commands.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, ensureNodeModules } from "./setup.mjs";
import { root, runScript, StepError } from "./steps.mjs";

/** A module of dist/, after the build. */
function built(...path) {
  return import(pathToFileURL(join(root, "dist", "src", ...path)).href);
}

await runScript(async () => {
  await ensureNodeModules();
  await build();
  const { magicsTable } = await built("magics", "table.js");
  const { cliReference } = await built("cli", "reference.js");
  const parts = { magics: magicsTable(), commands: cliReference() };
  const path = join(root, "README.md");
  const before = readFileSync(path, "utf8");
  const after = Object.entries(parts).reduce((text, [name, content]) => {
    const part = new RegExp(`(<!-- ${name}: npm run readme -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!part.test(text)) throw new StepError(`README.md has no part '${name}'.`);
    return text.replace(part, (_, start, end) => start + content + end);
  }, before);
  if (after === before) return;
  writeFileSync(path, after);
  console.log("README.md is written anew.");
});
