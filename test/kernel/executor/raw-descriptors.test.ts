import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

test("packages behind links have their real paths, also right after the descriptors were redirected", {
  skip: process.platform === "win32",
}, (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "runlab-links-")));
  t.after(() => rmSync(folder, { recursive: true }));
  const real = join(folder, "store", "linked");
  mkdirSync(real, { recursive: true });
  writeFileSync(join(real, "package.json"), '{ "name": "linked", "version": "1.0.0", "main": "index.js" }');
  writeFileSync(join(real, "index.js"), "");
  symlinkSync(join(folder, "store"), join(folder, "node_modules"));
  const script = join(folder, "script.mjs");
  writeFileSync(
    script,
    `import { writeFileSync } from "node:fs";
     import { createRequire } from "node:module";
     const { redirectRawDescriptors } = await import(${JSON.stringify(new URL("../../../src/kernel/executor/raw-descriptors.js", import.meta.url))});
     redirectRawDescriptors();
     writeFileSync("found.txt", createRequire(import.meta.url).resolve("linked"));
     process.exit();\n`,
  );
  execFileSync(process.execPath, [script], { cwd: folder, stdio: "ignore", timeout: 20_000 });
  assert.equal(readFileSync(join(folder, "found.txt"), "utf8"), join(real, "index.js"));
});
