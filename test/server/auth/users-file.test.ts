import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { hashPassword, isPassword } from "../../../src/server/auth/password-hash.js";
import { UsersFile } from "../../../src/server/auth/users-file.js";
import { isError } from "../../is-error.js";

async function newFile(context: TestContext): Promise<UsersFile> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-users-"));
  context.after(() => rm(folder, { recursive: true }));
  return new UsersFile(join(folder, "settings", "users.json"));
}

test("a password is kept as a salted scrypt hash, which it alone matches", async () => {
  const [one, other] = [await hashPassword("correct horse"), await hashPassword("correct horse")];
  assert.match(one, /^scrypt\$32768\$8\$3\$/);
  assert.notEqual(one, other);
  assert.equal(await isPassword("correct horse", one), true);
  assert.equal(await isPassword("correct Horse", one), false);
  // One letter, written as one character and as two.
  assert.equal(await isPassword("é".normalize("NFD"), await hashPassword("é")), true);
});

test("a text that is no hash matches nothing", async () => {
  for (const hash of [
    "",
    "plain",
    "scrypt$1$1$1$a$b",
    "scrypt$32768$8$3$$",
    `scrypt$99999999$8$3$AAAA$${"A".repeat(43)}`,
  ])
    assert.equal(await isPassword("plain", hash).catch(() => false), false, hash);
});

test("the first user is an admin, later ones only where it is said", async (context) => {
  const file = await newFile(context);
  await file.add("ann", "a long password", false);
  await file.add("bob", "a long password", false);
  await file.add("eve", "a long password", true);
  assert.deepEqual(
    file.users.map(({ name, admin }) => [name, admin]),
    [
      ["ann", true],
      ["bob", false],
      ["eve", true],
    ],
  );
  await assert.rejects(file.add("ann", "a long password", false), isError("RESOURCE_ALREADY_EXISTS"));
  for (const name of ["", "a b", "a:b", "../a", "__proto__ "])
    await assert.rejects(file.add(name, "a long password", false), isError("INVALID_PARAMETER_VALUE"), name);
  await assert.rejects(file.add("tim", "too short", false), isError("INVALID_PARAMETER_VALUE", /12/));
});

test("the last admin is removed after everybody else alone", async (context) => {
  const file = await newFile(context);
  await file.add("ann", "a long password", false);
  await file.add("bob", "a long password", false);
  await assert.rejects(file.remove("ann"), isError("INVALID_STATE"));
  await file.remove("bob");
  await file.remove("ann");
  assert.deepEqual(file.users, []);
});

test("the file is its owner's alone, and has neither passwords nor tokens in it", async (context) => {
  const file = await newFile(context);
  await file.add("ann", "a long password", false);
  const { token } = file.addToken("ann");
  assert.equal((await stat(file.path)).mode & 0o777, 0o600);
  const text = await readFile(file.path, "utf8");
  assert.ok(!text.includes("a long password") && !text.includes(token));
});

test("a change by another process is seen, and a lock that was left behind does not last", async (context) => {
  const file = await newFile(context);
  await file.add("ann", "a long password", false);
  const other = new UsersFile(file.path);
  other.grant("ann", "__proto__", "write");
  assert.equal(Object.hasOwn(file.find("ann")?.permissions ?? {}, "__proto__"), true);
  assert.throws(() => file.grant("nobody", "0", "read"), isError("RESOURCE_DOES_NOT_EXIST"));
  // The lock was released by the change that failed.
  file.setDefaultLevel("none");
  assert.equal(other.defaultLevel, "none");
});

test("a damaged file opens to nobody and says where it is", async (context) => {
  const file = await newFile(context);
  await file.add("ann", "a long password", false);
  await writeFile(file.path, '{"version": 1, "default_level": "all", "users": []}');
  assert.throws(() => file.users, isError("DATA_LOSS", /users\.json/));
});
