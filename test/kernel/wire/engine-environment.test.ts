import assert from "node:assert/strict";
import { test } from "node:test";
import { engineEnvironment } from "../../../src/kernel/wire/engine-process.js";

test("the engine process inherits the kernel's environment, without the certificates it has no use for", () => {
  const own = {
    HOME: "/home/ann",
    NODE_EXTRA_CA_CERTS: "/etc/ssl/company.pem",
    NODE_OPTIONS: "--max-old-space-size=2048",
  };
  assert.deepEqual(engineEnvironment(own), {
    HOME: "/home/ann",
    NODE_OPTIONS: "--max-old-space-size=2048",
    MALLOC_ARENA_MAX: "1",
    GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
  });
});

test("glibc's settings of the person's own stay beside the engine's", () => {
  const { GLIBC_TUNABLES } = engineEnvironment({ GLIBC_TUNABLES: "glibc.malloc.perturb=1" });
  assert.equal(GLIBC_TUNABLES, "glibc.malloc.perturb=1:glibc.malloc.hugetlb=1");
});
