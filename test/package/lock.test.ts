import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageInfo } from "../../src/cli/package-info.js";

interface LockedPackage {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync(join(packageInfo().folder, "package-lock.json"), "utf8"),
);

/** Whether Node would find `name` from the package at `path`, in its own node_modules or in one above it. */
function isThere(path: string, name: string): boolean {
  const parts = path === "" ? [] : path.split("/node_modules/");
  const folders = parts.map((_, depth) => `${parts.slice(0, depth + 1).join("/node_modules/")}/`);
  return ["", ...folders].some((folder) => `${folder}node_modules/${name}` in lock.packages);
}

// npm leaves a package of another platform out when the registry at hand lacks it, and then npm ci refuses the lock.
test("the lock holds every dependency of every package, also those of other platforms: npm ci takes it", () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isThere(path, name))
      .map((name) => `${path || "package.json"} needs ${name}`),
  );
  assert.deepEqual(missing, []);
});
