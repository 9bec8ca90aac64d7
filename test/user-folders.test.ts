import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { homeFolder, jupyterDataFolder, userCacheFolder, userStateFolder } from "../src/user-folders.js";

const posix = { skip: process.platform === "win32" };
const account = userInfo().homedir;

test("an absolute path in the environment counts", posix, () => {
  assert.equal(homeFolder({ HOME: "/home/ada" }), "/home/ada");
  assert.equal(userCacheFolder({ HOME: "/home/ada" }), "/home/ada/.cache");
  assert.equal(userCacheFolder({ HOME: "/home/ada", XDG_CACHE_HOME: "/scratch" }), "/scratch");
  assert.equal(userStateFolder({ HOME: "/home/ada" }), "/home/ada/.local/state");
  assert.equal(userStateFolder({ HOME: "/home/ada", XDG_STATE_HOME: "/state" }), "/state");
  assert.equal(jupyterDataFolder({ JUPYTER_DATA_DIR: "/data", XDG_DATA_HOME: "/share" }), "/data");
});

test("an empty or relative one is ignored: the account's own home counts", posix, () => {
  for (const HOME of ["", ".", "home", "~", undefined]) assert.equal(homeFolder({ HOME }), account);
  for (const XDG_CACHE_HOME of ["", "cache", "./cache", undefined]) {
    assert.equal(userCacheFolder({ HOME: "", XDG_CACHE_HOME }), join(account, ".cache"));
    assert.equal(userCacheFolder({ HOME: "/home/ada", XDG_CACHE_HOME }), "/home/ada/.cache");
  }
});

test("no environment leads into the working directory", () => {
  const path = fc.option(fc.oneof(fc.constantFrom("", ".", "~", "/", "//", "\\\\", "C:", "C:x"), fc.string()), {
    nil: undefined,
  });
  const names = [
    "HOME",
    "USERPROFILE",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "LOCALAPPDATA",
    "APPDATA",
    "JUPYTER_DATA_DIR",
  ];
  const environment = fc.record(Object.fromEntries(names.map((name) => [name, path])));
  fc.assert(
    fc.property(environment, (env: Record<string, string | undefined>) => {
      for (const found of [homeFolder(env), userCacheFolder(env), userStateFolder(env), jupyterDataFolder(env)]) {
        assert.ok(found === undefined || isAbsolute(found), String(found));
      }
    }),
    { seed: 21 },
  );
});
