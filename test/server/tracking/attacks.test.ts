import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { newRun, rawStatus, type Started, startTracking } from "./start-tracking.js";

const proxy = "/api/2.0/mlflow-artifacts/artifacts";

/** The names of all files beside and in the store, but for those of one run. */
async function filesBut({ folder }: Started, runId: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true });
  return all.filter((path) => !path.includes(runId)).sort();
}

test("no path leads out of a run: dots, encoded once, twice and in UTF-8's long forms, absolute, with NUL, a drive or a device's name", async (context) => {
  const server = await startTracking(context);
  const { port, folder } = server;
  const run = await newRun(server);
  await writeFile(join(folder, "secret.txt"), "secret");
  const before = await filesBut(server, run);
  const run_ = `${proxy}/0/${run}/artifacts`;
  const paths = [
    "../secret.txt",
    "../../../../secret.txt",
    "..%2f..%2f..%2f..%2fsecret.txt",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret.txt",
    "%2e%2e%2f%2e%2e%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "%25252e%25252e/secret.txt",
    "..%5c..%5csecret.txt",
    "..\\secret.txt",
    "%c0%ae%c0%ae/secret.txt",
    "a/..%00/secret.txt",
    "secret.txt%00.png",
    "%00",
    "C:%5csecret.txt",
    "C:/secret.txt",
    "//evil.example/share",
    "a/%2e/%2e%2e/%2e%2e/run.json",
    ".",
    "..",
    "%",
    "%zz",
  ];
  for (const path of paths) {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const status = await rawStatus(port, `${run_}/${path}`, {}, method, method === "PUT" ? "x" : "");
      // A path that begins with slashes is one within the run.
      const inside = path.startsWith("//") && status === 200;
      assert.ok(inside || (status >= 400 && status < 500), `${method} ${path}: ${status}`);
    }
  }
  for (const [experiment, id] of [
    ["..", run],
    ["0", ".."],
    ["%2e%2e", "%2e%2e"],
    ["0", "models"],
    ["1", run],
  ]) {
    const status = await rawStatus(port, `${proxy}/${experiment}/${id}/artifacts/run.json`, {}, "PUT", "x");
    assert.ok(status >= 400 && status < 500, `${experiment}/${id}: ${status}`);
  }
  for (const path of ["..", "../..", "/etc", "a/../../..", "..%2f.."]) {
    const query = new URLSearchParams({ run_id: run, path });
    const { status, json } = await server.get(`artifacts/list?${query}`);
    assert.ok(status === 400 || json.files === undefined, path);
    const listed = await rawStatus(port, `${proxy}?${new URLSearchParams({ path: `0/${run}/artifacts/${path}` })}`);
    assert.ok(listed < 500, path);
  }
  assert.deepEqual(await filesBut(server, run), before);
  assert.equal(await readFile(join(folder, "secret.txt"), "utf8"), "secret");
});

test("names of devices are names of files like any other: no device is opened, and no answer waits for one", async (context) => {
  const server = await startTracking(context);
  const { port } = server;
  const run = await newRun(server);
  const before = await filesBut(server, run);
  const base = `${proxy}/0/${run}/artifacts`;
  // Windows knows these with any ending, in any case, and behind a folder.
  const names = [
    "CON",
    "con.txt",
    "NUL",
    "nul.json",
    "AUX",
    "PRN",
    "COM1",
    "LPT1.log",
    "CONIN$",
    "sub/NUL",
    "%43%4f%4e",
  ];
  for (const name of names) {
    const put = await rawStatus(port, `${base}/${name}`, {}, "PUT", "kept");
    if (process.platform === "win32") {
      assert.ok(put >= 400 && put < 500, `${name}: ${put}`);
      continue;
    }
    assert.equal(put, 200, name);
    const got = await fetch(`${server.url}${base}/${name}`, { signal: AbortSignal.timeout(20_000) });
    assert.equal(await got.text(), "kept", name);
    assert.equal(await rawStatus(port, `${base}/${name}`, {}, "DELETE"), 200, name);
  }
  const within: string[] = [];
  const devices = ["zero", "null", "stdin", "fd/0", "tty", "random"];
  for (const device of devices) {
    for (const path of [
      `/dev/${device}`,
      `%2fdev%2f${device}`,
      `%252fdev%252f${device}`,
      `../../../../../../../../dev/${device}`,
    ]) {
      for (const method of ["GET", "DELETE", "PUT", "GET", "DELETE"]) {
        const status = await rawStatus(port, `${base}/${path}`, {}, method, method === "PUT" ? "x" : "");
        // A path that begins with slashes is one within the run.
        if (status === 200) within.push(`${method} ${path}`);
        else assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
      }
    }
    const query = new URLSearchParams({ run_id: run, path: `/dev/${device}` });
    assert.equal((await server.get(`artifacts/list?${query}`)).status, 400, device);
    const asked = await rawStatus(
      port,
      `/get-artifact?${new URLSearchParams({ run_uuid: run, path: `/dev/${device}` })}`,
    );
    assert.ok(asked >= 400 && asked < 500, `get-artifact ${device}: ${asked}`);
  }
  assert.ok(
    within.every((asked) => !asked.includes("..")),
    within.join(),
  );
  // A device would have given something before it was written to; what was written went into the run, and is gone.
  assert.ok(
    devices.every(
      (device) =>
        within.findIndex((asked) => asked.endsWith(device)) ===
        within.findIndex((asked) => asked.startsWith("PUT") && asked.endsWith(device)),
    ),
  );
  assert.deepEqual(await filesBut(server, run), before);
});

test("a link in a run's folder is neither read, listed, written nor removed through", {
  skip: process.platform === "win32",
}, async (context) => {
  const server = await startTracking(context);
  const { port, folder } = server;
  const run = await newRun(server);
  const outside = join(folder, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "secret.txt"), "secret");
  const files = join(folder, "runlab", "0", run, "artifacts");
  await mkdir(files, { recursive: true });
  await symlink(outside, join(files, "folder"));
  await symlink(join(outside, "secret.txt"), join(files, "file.txt"));
  const base = `${proxy}/0/${run}/artifacts`;
  for (const [method, path] of [
    ["GET", "file.txt"],
    ["GET", "folder/secret.txt"],
    ["PUT", "file.txt"],
    ["PUT", "folder/new.txt"],
    ["DELETE", "folder/secret.txt"],
  ]) {
    const status = await rawStatus(port, `${base}/${path}`, {}, method, method === "PUT" ? "x" : "");
    assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
  }
  const { json } = await server.get(`artifacts/list?run_id=${run}&path=folder`);
  assert.equal(json.files, undefined);
  assert.deepEqual(await readdir(outside), ["secret.txt"]);
  assert.equal(await readFile(join(outside, "secret.txt"), "utf8"), "secret");
});

test("an archive is kept as the file that it is: nothing in it is unpacked", async (context) => {
  const server = await startTracking(context);
  const run = await newRun(server);
  // The directory of a ZIP file with an entry named ../../evil.txt.
  const zip = Buffer.from(
    "504b0304140000000000000000000000000000000000000000000f0000002e2e2f2e2e2f6576696c2e747874",
    "hex",
  );
  const url = `${server.url}${proxy}/0/${run}/artifacts/model.zip`;
  assert.equal((await fetch(url, { method: "PUT", body: zip })).status, 200);
  assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), zip);
  const all = await readdir(server.folder, { recursive: true });
  assert.ok(!all.some((path) => path.endsWith("evil.txt")));
});

test("a name cannot add a header or a line to an answer", async (context) => {
  const server = await startTracking(context);
  const run = await newRun(server);
  const name = "a%0d%0aset-cookie:%20evil=1%22;x.txt";
  const base = `${server.url}${proxy}/0/${run}/artifacts`;
  const put = await fetch(`${base}/${name}`, { method: "PUT", body: "x" });
  const got = await fetch(`${base}/${name}`);
  for (const answer of [put, got]) {
    assert.ok(answer.status < 500);
    assert.equal(answer.headers.get("set-cookie"), null);
  }
  assert.match(got.headers.get("content-disposition") ?? "attachment", /^attachment/);
  const reached = await new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.write("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\rX-B: c\r\nConnection: close\r\n\r\n");
    });
    let text = "";
    socket.on("data", (piece) => {
      text += piece.toString();
    });
    socket.on("close", () => resolve(text)).on("error", reject);
  });
  assert.match(reached, /^HTTP\/1\.1 400/);
});

test("SQL and words of the grammar in filters, orders and names find and change nothing else", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const attacks = [
    "run_name = 'x' OR 1=1",
    "run_name = 'x' OR 'a' = 'a'",
    "run_name = 'x'; DROP TABLE runs; --",
    "run_name = 'x' UNION SELECT 1",
    "run_name = 'x' AND (SELECT 1) = 1",
    "params.`a` = 'x' OR params.`b` = 'y'",
    "run_name = 'x\\' OR run_name = 'elastic'",
    "1 = 1",
    "run_name LIKE '%' OR run_name LIKE '%'",
    "run_id IN ('a') OR run_id IN ('b')",
    "attributes.__proto__ = 'x'",
    "constructor = 'x'",
  ];
  for (const filter of attacks) {
    for (const [path, body] of [
      ["runs/search", { experiment_ids: ["0"], filter }],
      ["experiments/search", { max_results: 5, filter }],
      ["logged-models/search", { experiment_ids: ["0"], filter }],
    ] as const) {
      const { status, json } = await server.post(path, body);
      assert.equal(status, 400, `${path} ${filter}`);
      assert.equal(json.error_code, "INVALID_PARAMETER_VALUE");
    }
  }
  for (const order of ["run_name; DROP TABLE runs", "(SELECT 1)", "run_name ASC, 1"])
    assert.equal((await server.post("runs/search", { experiment_ids: ["0"], order_by: [order] })).status, 400, order);
  const name = "x' OR 1=1; --";
  assert.equal((await server.post("registered-models/create", { name })).status, 200);
  assert.equal(
    (await server.get(`registered-models/get?${new URLSearchParams({ name })}`)).json.registered_model.name,
    name,
  );
  assert.equal((await server.get(`runs/get?run_id=${run_id}`)).status, 200);
});

test("names that every object inherits are names like any other, and pollute nothing", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  await server.post("runs/log-batch", {
    run_id,
    metrics: names.map((key) => ({ key, value: 1, timestamp: 1, step: 0 })),
    params: names.map((key) => ({ key, value: key })),
    tags: names.map((key) => ({ key, value: key })),
  });
  const raw = `{"run_id":"${run_id}","key":"polluted","value":"1","__proto__":{"value":"evil","admin":true},"constructor":{"prototype":{"admin":true}}}`;
  assert.equal((await server.post("runs/set-tag", raw)).status, 200);
  const { data } = (await server.get(`runs/get?run_id=${run_id}`)).json.run;
  for (const list of [data.metrics, data.params, data.tags]) {
    const keys = list.map(({ key }: { key: string }) => key);
    for (const name of names) assert.ok(keys.includes(name), name);
  }
  assert.deepEqual(
    data.tags.find(({ key }: { key: string }) => key === "polluted"),
    { key: "polluted", value: "1" },
  );
  assert.equal(Object.hasOwn(Object.prototype, "admin"), false);
  for (const name of names) {
    const { status } = await server.get(`registered-models/get?name=${name}`);
    assert.equal(status, 404, name);
    assert.equal((await server.get(`logged-models/${name}`)).status, 404, name);
  }
});

test("a body that is too large, too deep, too slow or not what it says is refused, and the server goes on", async (context) => {
  const server = await startTracking(context, { limits: { body: 300, headers: 500, grace: 100 } });
  const run_id = await newRun(server);
  const send = (body: string, headers: Record<string, string> = {}) =>
    rawStatus(
      server.port,
      "/api/2.0/mlflow/runs/log-metric",
      { "content-type": "application/json", ...headers },
      "POST",
      body,
    );
  assert.equal(await send("", { "content-length": String(64 * 1024 * 1024) }).catch(() => 413), 413);
  assert.equal(await send(`${"[".repeat(100_000)}${"]".repeat(100_000)}`), 400);
  assert.equal(await send(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`), 400);
  assert.equal(await send("x", { "content-encoding": "gzip" }), 415);
  assert.equal(await send("\u00ff", { "content-type": "application/xml" }), 400);
  const status = await new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.write(
        "POST /api/2.0/mlflow/runs/log-metric HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
      );
    });
    let text = "";
    socket.on("data", (piece) => {
      text += piece.toString();
    });
    socket.on("close", () => resolve(text)).on("error", reject);
  });
  assert.match(status, /^HTTP\/1\.1 408/);
  assert.equal((await server.get(`runs/get?run_id=${run_id}`)).status, 200);
});

test("pages of other sites are refused, those of this machine may ask, and a health check need not know the name", async (context) => {
  const { port, url } = await startTracking(context);
  const path = "/api/2.0/mlflow/experiments/get?experiment_id=0";
  for (const origin of [
    "http://evil.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "null",
    "http://evil.example:5001",
  ])
    assert.equal(await rawStatus(port, path, { origin }), 403, origin);
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1.evil.example"])
    assert.equal(await rawStatus(port, path, { host }), 403, host);
  for (const open of ["/health", "/version"]) assert.equal(await rawStatus(port, open, { host: "evil.example" }), 200);
  assert.equal(
    await rawStatus(port, "/health/../api/2.0/mlflow/experiments/get?experiment_id=0", { host: "evil.example" }),
    403,
  );
  for (const origin of ["http://localhost:8888", "http://127.0.0.1:3000", "http://[::1]:80"]) {
    const answer = await fetch(url + path, { headers: { origin } });
    assert.equal(answer.status, 200, origin);
    assert.equal(answer.headers.get("access-control-allow-origin"), origin);
  }
  const asked = await fetch(url + path, { method: "OPTIONS", headers: { origin: "http://localhost:8888" } });
  assert.equal(asked.status, 204);
  assert.match(asked.headers.get("access-control-allow-methods") ?? "", /POST/);
});
