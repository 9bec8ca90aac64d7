// `npm run readme`: writes the generated parts of docs/ anew, from the declarations of magics and commands and from the tests' requests and data.
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
  const { magicsTable } = await built("magics", "assist", "help.js");
  const { magics } = await built("magics", "registry.js");
  const { cliReference } = await built("cli", "reference.js");
  const { formatsTable } = await built("exports", "export-formats.js");
  const { inputTable } = await import(
    pathToFileURL(join(root, "dist", "test", "server", "scoring", "input-table.js")).href
  );
  const { formsTable, fitsTable } = await import(
    pathToFileURL(join(root, "dist", "test", "models", "data-cases.js")).href
  );
  write(join("docs", "magics.md"), { magics: magicsTable(magics) });
  write(join("docs", "commands.md"), { commands: cliReference() });
  write(join("docs", "exports.md"), { formats: formatsTable() });
  write(join("docs", "serving.md"), { requests: inputTable() });
  write(join("docs", "models.md"), { forms: formsTable(), fits: fitsTable() });
});

/** Puts each part between its two marks. */
function write(file, parts) {
  const path = join(root, file);
  const before = readFileSync(path, "utf8");
  const after = Object.entries(parts).reduce((text, [name, content]) => {
    const part = new RegExp(`(<!-- ${name}: npm run readme -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!part.test(text)) throw new StepError(`${file} has no part '${name}'.`);
    return text.replace(part, (_, start, end) => start + content + end);
  }, before);
  if (after === before) return;
  writeFileSync(path, after);
  console.log(`${file} is written anew.`);
}
