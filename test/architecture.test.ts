import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { packageInfo } from "../src/cli/package-info.js";

const source = join(packageInfo().folder, "src");

/** Which rooms a room may import; `types` only where said so. A file at the top of src/ is a room of its own. */
const mayImport: Readonly<Record<string, { values: readonly string[]; types?: readonly string[] }>> = {
  errors: { values: [] },
  // One list of words for the store's searches and for what is drawn, the page in the browser included.
  "metric-goal": { values: [] },
  // One way to make a folder that ends on every file system.
  "make-folder": { values: [] },
  // What the engine writes about types, and models read.
  "type-shape": { values: [] },
  tracking: { values: ["errors", "metric-goal"] },
  render: { values: ["errors", "metric-goal"] },
  kernel: { values: ["errors", "make-folder", "render"], types: ["type-shape"] },
  models: { values: ["errors", "tracking", "type-shape"] },
  stores: { values: ["errors", "make-folder", "tracking"], types: ["models"] },
  exports: { values: ["errors", "tracking", "models", "render"] },
  reports: { values: ["errors", "metric-goal", "tracking", "models", "render"] },
  server: { values: ["errors", "tracking", "models", "render"] },
  magics: { values: ["errors", "metric-goal", "tracking", "models", "render", "reports"], types: ["kernel"] },
  ui: { values: ["metric-goal", "render"], types: ["errors", "tracking", "models", "stores", "server"] },
  index: { values: ["errors", "tracking", "models", "render", "stores", "reports"] },
  cli: {
    values: [
      "errors",
      "make-folder",
      "tracking",
      "render",
      "kernel",
      "models",
      "stores",
      "exports",
      "reports",
      "server",
      "magics",
      "index",
    ],
  },
};

/** The table as CONTRIBUTING.md shows it, between its marks. */
function roomsTable(): string {
  const rows = Object.entries(mayImport).map(([room, { values, types = [] }]) => {
    const named = [...values, ...types.map((name) => `${name} (types)`)].join(", ");
    return `| ${room} | ${room === "cli" ? "all" : named || "nothing"} |`;
  });
  return ["| room | may import |", "| --- | --- |", ...rows].join("\n");
}

interface Import {
  file: string;
  specifier: string;
  typeOnly: boolean;
  /** Loaded when a call comes to it, not with its module. */
  later: boolean;
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
    .filter(([, users]) => users.size > 1)
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
    ...Object.keys(manifest.optionalDependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  assert.deepEqual(
    [...imported].filter((name) => !listed.has(name)),
    [],
  );
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

/** The circles that a walk through the imports runs into, each as its modules in order. */
function circles(uses: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (module: string, above: readonly string[]): void => {
    if (above.includes(module)) {
      found.push([...above.slice(above.indexOf(module)), module].map(shown).join(" -> "));
      return;
    }
    if (done.has(module)) return;
    for (const used of uses.get(module) ?? []) walk(used, [...above, module]);
    done.add(module);
  };
  for (const module of uses.keys()) walk(module, []);
  return found;
}

function withoutEnding(path: string): string {
  return path.replace(/\.[jt]sx?$/, "");
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}

/** Static imports and re-exports, `import()`, `require()` and `import("…")` types. */
function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean, later = false) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ file, specifier: node.text, typeOnly, later });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], false, true);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

function isLoad(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");
}

/** `import type …`, and an import all of whose names are marked `type`. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { namedBindings } = clause;
  if (clause.name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function roomOf(path: string): string {
  const [first = ""] = relative(source, path).split(sep);
  return withoutEnding(first);
}

function packageName(specifier: string): string {
  const [scope = "", name = ""] = specifier.split("/");
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
}

function shown(file: string): string {
  return relative(source, file).split(sep).join("/");
}
