// `node scripts/skinny.mjs [folder]`: makes <folder>/skinny (default: dist/skinny), the package `runlab-skinny`: the API for scripts,
// without the kernel, the command line and the drawing of charts, named like MLflow's own small package. `npm run build` makes it too.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleTogether } from "./bundle.mjs";
import { root } from "./steps.mjs";

/** The API, and the threads that it starts. */
const entries = [
  "index.js",
  "stores/file/heartbeat-thread.js",
  "stores/sql/sql-worker.js",
  "tracking/system/sampler-worker.js",
];

/** What only charts as pictures, and stores in a database, need. */
const apart = ["vega", "vega-lite", "kysely", "libsql", "pg"];

/** @param {string} folder that holds src/ */
export async function skinny(folder) {
  const source = join(folder, "src");
  const target = join(folder, "skinny");
  rmSync(target, { recursive: true, force: true });
  const bundled = join(target, "dist", "bundle");
  mkdirSync(bundled, { recursive: true });
  await bundleTogether(entries, source, bundled, join(target, "dist", "src"));
  const code = filesBelow(bundled).map((path) => readFileSync(path, "utf8"));
  const manifest = manifestOf(JSON.parse(readFileSync(join(root, "package.json"), "utf8")), code.join("\n"));
  writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(root, "LICENSE"), join(target, "LICENSE"));
  writeFileSync(join(target, "README.md"), readme);
  for (const path of declarations(source)) {
    const place = join(target, "dist", "src", path);
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(join(source, path), place);
  }
}

/** Its dependencies are those of the whole package that the code imports. */
function manifestOf({ version, license, author, keywords, engines, dependencies, peerDependencies, ...rest }, code) {
  const named = Object.entries(dependencies).filter(([name]) =>
    new RegExp(`(?:\\bfrom |\\b(?:import|require(?:\\$\\d+)?)\\()["']${name}(?:/[^"']*)?["']`).test(code),
  );
  const peers = { ...peerDependencies, ...Object.fromEntries(named.filter(([name]) => apart.includes(name))) };
  return {
    name: "runlab-skinny",
    version,
    description: "Experiment tracking for scripts: the API of runlab, without its Jupyter kernel.",
    keywords: keywords.filter((word) => !word.startsWith("jupyter")),
    license,
    ...(author && { author }),
    type: "module",
    engines,
    main: rest.main,
    types: rest.types,
    exports: rest.exports,
    files: ["dist"],
    dependencies: Object.fromEntries(named.filter(([name]) => !apart.includes(name))),
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
  };
}

/** The declarations that index.d.ts leads to, relative to `source`. */
function declarations(source) {
  const found = new Set(["index.d.ts"]);
  for (const path of found) {
    const text = readFileSync(join(source, path), "utf8");
    for (const [, specifier] of text.matchAll(/(?:from |import\(|import )"(\.[^"]+)\.js"/g)) {
      found.add(join(dirname(path), `${specifier}.d.ts`));
    }
  }
  return found;
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}

const readme = `# runlab-skinny

The API of runlab for scripts that only log runs: no Jupyter kernel, no command line, no drawing.

\`\`\`ts
import { logMetric, startRun } from "runlab-skinny"

await startRun({ runName: "baseline" }, async () => {
  for (let epoch = 0; epoch < 50; epoch++) await logMetric("loss", 1 / (1 + epoch), { step: epoch })
})
\`\`\`

Runs go to the same store as those of notebooks. To keep \`import … from "runlab"\`, install it under that name:
\`npm install runlab@npm:runlab-skinny\`. What draws a chart (\`logConfusionMatrix\`, a figure as .svg, \`evaluateModel\`) needs
\`npm install vega vega-lite\` besides.
`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await skinny(resolve(process.argv[2] ?? "dist"));
