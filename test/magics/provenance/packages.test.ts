import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { importedPackages, ownVersion, PackageReader } from "../../../src/magics/provenance/packages.js";

test("the packages a cell imports are found in every form of import", () => {
  const source = `import { a } from "ml-random-forest"
import type { B } from '@scope/pkg/deep/path'
import "side-effect"
import fs from "node:fs"
import path from "path"
import local from "./local.ts"
import far from "https://example.org/x.js"
const d = await import("dyn/sub")
const r = require("cjs")`;
  assert.deepEqual(importedPackages(source), ["ml-random-forest", "@scope/pkg", "side-effect", "dyn", "cjs"]);
});

test("versions are those installed, and are read again when the installation changes", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "runlab-pkg-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const install = (name: string, version: string) => {
    mkdirSync(join(folder, "node_modules", name), { recursive: true });
    writeFileSync(join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, version }));
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { b: "^1", "@s/a": "*", absent: "1" } }));
  install("b", "1.2.3");
  install("@s/a", "4.5.6");
  install("extra", "0.1.0");
  const lock = join(folder, "node_modules", ".package-lock.json");
  writeFileSync(lock, "{}");
  utimesSync(lock, 1, 1);
  mkdirSync(join(folder, "notebooks"));

  const reader = new PackageReader();
  assert.deepEqual(await reader.read(join(folder, "notebooks"), ""), { "@s/a": "4.5.6", b: "1.2.3" });
  assert.deepEqual(await reader.read(folder, 'import x from "extra"'), { "@s/a": "4.5.6", b: "1.2.3", extra: "0.1.0" });
  install("b", "2.0.0");
  utimesSync(lock, 2, 2);
  assert.deepEqual(await reader.read(folder, ""), { "@s/a": "4.5.6", b: "2.0.0" });
});

test("the versions of runlab and of its TypeScript are known", async () => {
  assert.match((await ownVersion()) ?? "", /^\d+\.\d+\.\d+/);
  assert.equal(await ownVersion("typescript"), "6.0.3");
  assert.equal(await ownVersion("no-such-package"), undefined);
});
