import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { openStore, resolveUri } from "../../src/stores/open.js";
import { TrackingClient } from "../../src/tracking/client.js";
import { isError } from "../is-error.js";

let folder: string;
const cwd = process.cwd();
const { RUNLAB_TRACKING_URI, MLFLOW_TRACKING_URI } = process.env;

before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "runlab-open-")));
  await mkdir(join(folder, "project", ".git"), { recursive: true });
  await mkdir(join(folder, "project", "notebooks", "deep"), { recursive: true });
});

beforeEach(() => {
  delete process.env.RUNLAB_TRACKING_URI;
  delete process.env.MLFLOW_TRACKING_URI;
  process.chdir(join(folder, "project", "notebooks", "deep"));
});

after(async () => {
  process.chdir(cwd);
  Object.assign(process.env, {
    ...(RUNLAB_TRACKING_URI && { RUNLAB_TRACKING_URI }),
    ...(MLFLOW_TRACKING_URI && { MLFLOW_TRACKING_URI }),
  });
  await rm(folder, { recursive: true });
});

test("without a store anywhere it is ./runlab, and looking makes nothing", async () => {
  const uri = resolveUri();
  assert.equal(uri, join(process.cwd(), "runlab"));
  const client = new TrackingClient(openStore(uri));
  assert.equal((await client.getExperiment("0")).name, "Default");
  assert.deepEqual(await client.searchRuns({ experimentIds: ["0"] }), []);
  assert.deepEqual(await readdir("."), []);
});

test("the nearest parent's store is taken, up to the git root", async () => {
  const outside = new TrackingClient(openStore(join(folder, "runlab")));
  await outside.createExperiment("outside");
  assert.equal(resolveUri(), join(process.cwd(), "runlab"));
  const project = new TrackingClient(openStore(join(folder, "project", "runlab")));
  await project.createExperiment("inside");
  assert.equal(resolveUri(), join(folder, "project", "runlab"));
});

test("the environment names a store: RUNLAB_TRACKING_URI before MLFLOW_TRACKING_URI", () => {
  process.env.MLFLOW_TRACKING_URI = "./from-mlflow";
  assert.equal(resolveUri(), join(process.cwd(), "from-mlflow"));
  process.env.RUNLAB_TRACKING_URI = pathToFileURL(join(folder, "by url")).href;
  assert.equal(resolveUri(), join(folder, "by url"));
});

test("a folder that holds something else is an error, and is not filled", async () => {
  await mkdir("runlab");
  await writeFile("runlab/package.json", "{}");
  assert.throws(
    () => resolveUri("./runlab"),
    isError("INVALID_PARAMETER_VALUE", /holds other files \(package\.json\).*left untouched/),
  );
  await writeFile("file", "");
  assert.throws(() => resolveUri("./file"), isError("INVALID_PARAMETER_VALUE", /is a file/));
  assert.deepEqual(await readdir("runlab"), ["package.json"]);
  await rm("runlab", { recursive: true });
});

test("a URI of no known kind is refused without its password", () => {
  assert.throws(
    () => resolveUri("mysql://me:secret@host/db"),
    (error: Error) => {
      assert.match(error.message, /mysql:/);
      assert.doesNotMatch(error.message, /secret/);
      return isError("INVALID_PARAMETER_VALUE")(error);
    },
  );
});

test("an address that no store of ours answers is refused, and says which setting named it and what goes before", () => {
  process.env.MLFLOW_TRACKING_URI = "databricks://user:secret@127.0.0.1:5000";
  assert.throws(
    () => resolveUri(),
    (error) => {
      isError("INVALID_PARAMETER_VALUE")(error);
      const { message, hint } = error as { message: string; hint: string };
      assert.match(message, /databricks:\/\/…@127\.0\.0\.1:5000' that MLFLOW_TRACKING_URI names/);
      assert.doesNotMatch(message, /secret/);
      assert.match(hint, /RUNLAB_TRACKING_URI=\.\/runlab/);
      return true;
    },
  );
});

test("a tracking server is named by its address; a slash at its end does not count, and a path does", () => {
  assert.equal(resolveUri("http://127.0.0.1:5000/"), "http://127.0.0.1:5000");
  assert.equal(resolveUri("HTTPS://Mlflow.Example.org/team/"), "https://mlflow.example.org/team");
  process.env.MLFLOW_TRACKING_URI = "http://127.0.0.1:5000";
  assert.equal(openStore(resolveUri()).uri, "http://127.0.0.1:5000");
});

test("an address with a password, a query or nonsense is refused with the way out, and without the password", () => {
  for (const [uri, hint] of [
    ["https://me:secret@example.org/mlflow", /MLFLOW_TRACKING_USERNAME/],
    ["http://127.0.0.1:5000/?secret=1", /without the part from '\?'/],
    ["http://127.0.0.1:5000/#/experiments/secret", /without the part from/],
    ["http://me:secret@", /http:\/\/127/],
  ] as const) {
    assert.throws(
      () => resolveUri(uri),
      (error: Error & { hint?: string }) => {
        assert.match(error.hint ?? "", hint);
        assert.doesNotMatch(`${error.message} ${error.hint}`, /secret/);
        return isError("INVALID_PARAMETER_VALUE")(error);
      },
    );
  }
});

test("an address without a scheme is not taken for a folder", () => {
  for (const uri of ["127.0.0.1:5000", "localhost:5000/mlflow", "mlflow.example.org:443", "[::1]:5000"]) {
    assert.throws(() => resolveUri(uri), isError("INVALID_PARAMETER_VALUE", /does not say how to reach the server/));
  }
  assert.match(resolveUri("./localhost:5000"), /[/\\]localhost:5000$/);
});
