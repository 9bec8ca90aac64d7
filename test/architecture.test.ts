import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { computedKeys } from "./computed-keys.js";
import {
  circles,
  importedNames,
  importsOf,
  packageName,
  parse,
  roomOf,
  shown,
  source,
  sourceFiles,
  withoutEnding,
} from "./source-modules.js";

/** Which rooms a room may import; `types` only where said so. A file at the top of src/ is a room of its own. */
const mayImport: Readonly<Record<string, { values: readonly string[]; types?: readonly string[] }>> = {
  errors: { values: [] },
  // One list of words for the store's searches and for what is drawn, the page in the browser included.
  "metric-goal": { values: [] },
  // One way to read and write CSV, for exports and for requests.
  "csv-text": { values: [] },
  // One reading of dates, for filters, models and imports.
  "iso-time": { values: [] },
  // One way to make a folder that ends on every file system.
  "make-folder": { values: [] },
  // Names that come from outside, on objects.
  own: { values: [] },
  "peer-package": { values: ["errors"] },
  // What a document may hold: of stores, of models, of kernelspecs.
  schema: { values: ["own"] },
  // One place for temporary files, whatever TMPDIR says.
  "temporary-folder": { values: ["errors"] },
  // One reader of Parquet, for imports and for the page in the browser.
  "parquet-rows": { values: [] },
  // The word that a misspelt one probably was.
  suggest: { values: [] },
  // An SVG element as a picture of its own: what is shown and what is logged.
  "svg-document": { values: [] },
  // Text that others have chosen, for a terminal.
  visible: { values: [] },
  // What prints of a value of any size in bounded time.
  "value-outline": { values: [] },
  // What the engine writes about types, and models read.
  "type-shape": { values: [] },
  // Where this user's own files go, whatever HOME says.
  "user-folders": { values: [] },
  // One matcher for the patterns of searches: LIKE in a filter, GLOB in the history.
  "whole-file": { values: ["errors"] },
  wildcards: { values: [] },
  "yaml-text": { values: [] },
  tracking: { values: ["errors", "iso-time", "own", "metric-goal", "svg-document", "value-outline", "wildcards"] },
  render: { values: ["errors", "own", "visible", "metric-goal"] },
  kernel: {
    values: [
      "errors",
      "own",
      "make-folder",
      "temporary-folder",
      "render",
      "svg-document",
      "user-folders",
      "value-outline",
      "visible",
      "wildcards",
    ],
    types: ["type-shape"],
  },
  models: {
    values: [
      "errors",
      "iso-time",
      "own",
      "peer-package",
      "schema",
      "temporary-folder",
      "tracking",
      "type-shape",
      "yaml-text",
    ],
  },
  stores: {
    values: [
      "errors",
      "metric-goal",
      "own",
      "peer-package",
      "schema",
      "visible",
      "make-folder",
      "user-folders",
      "yaml-text",
      "tracking",
    ],
    types: ["models"],
  },
  // What is found, chosen and ranked is the same for whoever asks; hints are worded by them.
  queries: { values: ["errors", "metric-goal", "own", "suggest", "tracking", "render"] },
  exports: {
    values: [
      "csv-text",
      "errors",
      "iso-time",
      "own",
      "parquet-rows",
      "schema",
      "temporary-folder",
      "whole-file",
      "tracking",
      "stores",
      "models",
      "render",
      "queries",
      "reports",
    ],
  },
  reports: {
    values: ["errors", "own", "metric-goal", "visible", "whole-file", "tracking", "models", "render", "queries"],
  },
  // It knows no model and no run.
  "server/http": { values: ["errors", "value-outline", "visible"] },
  // Servers beside a notebook, whatever they serve.
  "server/background": { values: ["errors", "temporary-folder"] },
  "server/scoring": {
    values: ["csv-text", "errors", "own", "tracking", "models", "render", "server/http"],
  },
  // Who asks a server, and what they may do in its store.
  "server/auth": { values: ["errors", "make-folder", "own", "schema", "tracking", "server/http"] },
  "server/tracking": { values: ["errors", "own", "temporary-folder", "tracking", "server/auth", "server/http"] },
  // What the web page asks beside MLflow's routes, and the page's own files.
  "server/page": {
    values: ["errors", "own", "tracking", "models", "render", "queries", "server/http", "server/tracking"],
    types: ["server/auth"],
  },
  // How the trials of a sweep are chosen, handed out and stopped.
  sweeps: { values: ["errors", "own", "metric-goal", "tracking"] },
  magics: {
    values: [
      "errors",
      "own",
      "suggest",
      "value-outline",
      "visible",
      "metric-goal",
      "tracking",
      "models",
      "render",
      "queries",
      "exports",
      "reports",
      "sweeps",
      "user-folders",
    ],
    types: ["kernel", "server/background"],
  },
  ui: {
    values: ["metric-goal", "own", "parquet-rows", "render"],
    types: ["errors", "tracking", "models", "stores", "server/page"],
  },
  api: { values: ["errors", "tracking", "models", "render", "stores", "queries", "reports", "sweeps"] },
  index: { values: ["api", "errors", "tracking", "models"], types: ["queries", "reports"] },
  cli: {
    values: [
      "errors",
      "make-folder",
      "own",
      "schema",
      "user-folders",
      "visible",
      "tracking",
      "render",
      "kernel",
      "models",
      "stores",
      "queries",
      "exports",
      "reports",
      "metric-goal",
      "server/auth",
      "server/http",
      "server/scoring",
      "server/tracking",
      "server/page",
      "magics",
      "index",
    ],
  },
  // What a process starts with. Nothing imports it.
  main: {
    values: [
      "cli",
      "kernel",
      "magics",
      "own",
      "queries",
      "render",
      "reports",
      "server/background",
      "stores",
      "tracking",
    ],
  },
};

/** The table as CONTRIBUTING.md shows it, between its marks. */
function roomsTable(): string {
  const rows = Object.entries(mayImport).map(([room, { values, types = [] }]) => {
    const named = [...values, ...types.map((name) => `${name} (types)`)].join(", ");
    return `| ${room} | ${named || "nothing"} |`;
  });
  return ["| room | may import |", "| --- | --- |", ...rows].join("\n");
}

const imports = sourceFiles(source).flatMap(importsOf);

test("rooms import only what the design lets them", () => {
  const wrong = imports.flatMap(({ file, specifier, typeOnly }) => {
    if (!specifier.startsWith(".")) return [];
    const from = roomOf(file);
    const to = roomOf(resolve(dirname(file), specifier));
    if (from === to) return [];
    const rule = mayImport[from];
    if (rule === undefined) return [`${shown(file)}: the room '${from}' is not in the table`];
    const allowed = rule.values.includes(to) || (typeOnly && rule.types?.includes(to));
    return allowed ? [] : [`${shown(file)} imports ${specifier}${typeOnly ? " (types)" : ""}`];
  });
  assert.deepEqual(wrong, []);
});

test("commands use of magics only their registry, except to convert notebooks", () => {
  const wrong = imports.filter(({ file, specifier }) => {
    if (roomOf(file) !== "cli" || file.includes(`${sep}convert${sep}`) || !specifier.startsWith(".")) return false;
    const target = resolve(dirname(file), specifier);
    return roomOf(target) === "magics" && withoutEnding(shown(target)) !== "magics/registry";
  });
  assert.deepEqual(
    wrong.map(({ file, specifier }) => `${shown(file)} imports ${specifier}`),
    [],
  );
});

test("CONTRIBUTING.md shows the table of rooms that is held here", () => {
  const text = readFileSync(join(source, "..", "CONTRIBUTING.md"), "utf8");
  const shownTable = /<!-- rooms -->\n([\s\S]*?)\n?<!-- \/rooms -->/.exec(text)?.[1];
  assert.equal(shownTable, roomsTable());
});

test("each third-party package is loaded in one file", () => {
  const files = new Map<string, Set<string>>();
  for (const { file, specifier, typeOnly } of imports) {
    if (typeOnly || specifier.startsWith(".") || specifier.startsWith("node:")) continue;
    const name = packageName(specifier);
    files.set(name, (files.get(name) ?? new Set()).add(shown(file)));
  }
  const spread = [...files]
    // What the page is written in is in each of its components.
    .filter(([name, users]) => users.size > 1 && name !== "preact")
    .map(([name, users]) => `${name}: ${[...users].join(", ")}`);
  assert.deepEqual(spread, []);
});

test("importing runlab loads no third-party package: each comes with its first use", () => {
  const loaded = new Set(["index"]);
  const packages: string[] = [];
  // A set goes on to what is added to it meanwhile.
  for (const module of loaded) {
    for (const { file, specifier, typeOnly, later } of imports) {
      if (typeOnly || later || withoutEnding(shown(file)) !== module || specifier.startsWith("node:")) continue;
      if (specifier.startsWith(".")) loaded.add(withoutEnding(shown(resolve(dirname(file), specifier))));
      else packages.push(`${shown(file)}: ${specifier}`);
    }
  }
  assert.ok(loaded.has("stores/file/document"));
  assert.deepEqual(packages, []);
});

test("every package that src/ loads is a dependency of its own", () => {
  const manifest = JSON.parse(readFileSync(join(source, "..", "package.json"), "utf8"));
  const imported = new Set(
    imports
      .filter(({ specifier, typeOnly }) => !typeOnly && !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .map(({ specifier }) => packageName(specifier)),
  );
  const listed = new Set([
    ...Object.keys(manifest.dependencies),
    // Built into the page; what is installed needs no copy.
    "preact",
    ...Object.keys(manifest.optionalDependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  assert.deepEqual(
    [...imported].filter((name) => !listed.has(name)),
    [],
  );
});

test("a private member is a #name: nobody reaches it from outside, and there is one way to write it", () => {
  const wrong: string[] = [];
  for (const file of sourceFiles(source)) {
    const visit = (node: ts.Node): void => {
      const isPrivate =
        ts.canHaveModifiers(node) &&
        ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true;
      // A constructor that only its class calls has no other form.
      if (isPrivate && !ts.isConstructorDeclaration(node)) wrong.push(`${shown(file)}: ${node.getText()}`);
      ts.forEachChild(node, visit);
    };
    visit(parse(file));
  }
  assert.deepEqual(wrong, []);
});

/** The modules that a module loads as it is loaded itself, and the packages among them. */
function loadedBy(entry: string): { loaded: Set<string>; packages: string[] } {
  const loaded = new Set<string>();
  const packages: string[] = [];
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { specifier, typeOnly, later } of importsOf(file)) {
      if (typeOnly || later || specifier.startsWith("node:")) continue;
      if (specifier.startsWith(".")) load(`${withoutEnding(resolve(dirname(file), specifier))}.ts`);
      else packages.push(`${specifier}, by ${shown(file)}`);
    }
  };
  load(entry);
  return { loaded, packages };
}

test("the kernel's file of the bundle asks no error for its class: the magics' errors are of another copy of it", () => {
  const { loaded } = loadedBy(join(source, "main", "kernel-main.ts"));
  const ofClass = /instanceof (Runlab|Tracking|Model|Magic|Kernel)Error\b/;
  const asking = [...loaded].filter((file) => shown(file) !== "errors.ts" && ofClass.test(readFileSync(file, "utf8")));
  assert.deepEqual(asking.map(shown), []);
});

test("the engine's snapshot holds these rooms, no store, and of packages only what is bundled into it", () => {
  const { loaded, packages } = loadedBy(join(source, "main", "engine-snapshot.ts"));
  const unstorable = [...loaded].filter((file) =>
    /^(export )?const (?!.*=>).*new (Intl\.|\w*Error\()/m.test(readFileSync(file, "utf8")),
  );
  assert.deepEqual(
    unstorable.map(shown),
    [],
    "a snapshot holds no object of Intl, and Node 22's no error: make it at its first use",
  );
  // TypeScript is read as a text; what else the magics need when they run is imported then.
  assert.deepEqual(packages, ["@jridgewell/sourcemap-codec, by kernel/engine/hub/source-map.ts"]);
  assert.deepEqual([...new Set([...loaded].map(roomOf))].sort(), [
    "csv-text",
    "errors",
    "exports",
    "iso-time",
    "kernel",
    "magics",
    "main",
    "metric-goal",
    "models",
    "own",
    "parquet-rows",
    "peer-package",
    "queries",
    "render",
    "reports",
    "schema",
    "suggest",
    "svg-document",
    "sweeps",
    "temporary-folder",
    "tracking",
    "type-shape",
    "user-folders",
    "value-outline",
    "visible",
    "whole-file",
    "yaml-text",
  ]);
});

/** Who reaches files of a store by their paths; what an open file is asked, anybody may ask. */
const storeFiles = {
  mayUsePaths: [
    "link-guard.ts",
    "node-disk.ts",
    // /proc
    "owner.ts",
    // Files without content, in folders that were looked at before.
    "folder-lock.ts",
    "give-sign.ts",
    "lock-files.ts",
    "owner-states.ts",
    "ticket.ts",
  ],
  ofOpenFiles: ["fstatSync", "readSync"],
};

test("in the file store only its disk opens, reads and writes files, so that no call can forget to look for links", () => {
  const folder = join(source, "stores", "file");
  const wrong = sourceFiles(folder).flatMap((file) => {
    if (storeFiles.mayUsePaths.includes(relative(folder, file))) return [];
    const names = importedNames(file, /^(node:)?fs(\/promises)?$/).filter(
      (name) => !storeFiles.ofOpenFiles.includes(name),
    );
    return names.map((name) => `${shown(file)} uses ${name}`);
  });
  assert.deepEqual(wrong, []);
});

test("render draws without Node, except in render/static", () => {
  const wrong = imports.filter(
    ({ file, specifier }) =>
      roomOf(file) === "render" && !file.includes(`${sep}static${sep}`) && specifier.startsWith("node:"),
  );
  assert.deepEqual(
    wrong.map(({ file, specifier }) => `${shown(file)} imports ${specifier}`),
    [],
  );
});

test("modules lead to one another in one direction, types included", () => {
  const uses = new Map<string, string[]>();
  for (const { file, specifier } of imports) {
    if (!specifier.startsWith(".")) continue;
    const target = withoutEnding(resolve(dirname(file), specifier));
    uses.set(withoutEnding(file), [...(uses.get(withoutEnding(file)) ?? []), target]);
  }
  assert.deepEqual(circles(uses), []);
});

test("no module keeps state in a variable of its own", () => {
  const wrong = sourceFiles(source).flatMap((file) =>
    parse(file)
      .statements.filter(
        (statement) =>
          ts.isVariableStatement(statement) &&
          (statement.declarationList.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Let,
      )
      .map((statement) => `${shown(file)}: ${statement.getText().split("\n")[0]}`),
  );
  assert.deepEqual(wrong, []);
});

test("why something failed is worded in one place, which knows the system's errors", () => {
  const wrong = sourceFiles(source).filter(
    (file) =>
      roomOf(file) !== "errors" &&
      /(\w+) instanceof Error \? \1\.message : String\(\1\)/.test(readFileSync(file, "utf8")),
  );
  assert.deepEqual(wrong.map(shown), [], "Use reasonOf() of src/errors.ts.");
});

test("no source reads or sets a name from outside on an object by itself", () => {
  const wrong = computedKeys(sourceFiles(source)).map(({ place, text }) => `${place}: ${text}`);
  assert.deepEqual(wrong, [], "Read with own(), set with setOwn() of src/own.ts, ask with Object.hasOwn().");
});
