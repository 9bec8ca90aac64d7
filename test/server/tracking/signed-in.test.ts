import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { UsersFile } from "../../../src/server/auth/users-file.js";
import { type Started, startTracking } from "./start-tracking.js";

const password = "a long password";
const basic = (name: string, word = password) => ({
  authorization: `Basic ${Buffer.from(`${name}:${word}`).toString("base64")}`,
});

interface Guarded extends Started {
  users: UsersFile;
}

/** A server with an admin, `ann`, and two users who are not admins, `bob` and `eve`. */
async function startGuarded(context: TestContext): Promise<Guarded> {
  let made: UsersFile | undefined;
  const server = await startTracking(context, {
    users: async (folder) => {
      made = new UsersFile(join(folder, "users.json"));
      for (const name of ["ann", "bob", "eve"]) await made.add(name, password, false);
      return made;
    },
  });
  assert.ok(made !== undefined);
  return { ...server, users: made };
}

test("without a name and password, or a token, nothing but /health and /version answers", async (context) => {
  const { url, get, users } = await startGuarded(context);
  for (const headers of [
    {},
    basic("ann", "wrong password"),
    basic("nobody"),
    basic("__proto__"),
    { authorization: "Bearer runlab_wrong" },
    { authorization: "Bearer " },
    { authorization: "Basic %%%" },
    { authorization: `Basic ${Buffer.from("no colon").toString("base64")}` },
  ]) {
    const { status, json } = await get("experiments/get?experiment_id=0", headers);
    assert.deepEqual([status, json.error_code], [401, "UNAUTHENTICATED"], JSON.stringify(headers));
  }
  const refused = await fetch(`${url}/nothing`);
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get("www-authenticate") ?? "", /^Basic/);
  for (const path of ["/health", "/version"]) assert.equal((await fetch(url + path)).status, 200);
  assert.equal((await get("experiments/get?experiment_id=0", basic("bob"))).status, 200);
  const { token, id } = users.addToken("bob");
  const bearer = { authorization: `Bearer ${token}` };
  assert.equal((await get("experiments/get?experiment_id=0", bearer)).status, 200);
  users.removeToken("bob", id);
  assert.equal((await get("experiments/get?experiment_id=0", bearer)).status, 401);
});

test("a user who was removed, or has another password, is out at once", async (context) => {
  const { get, users } = await startGuarded(context);
  assert.equal((await get("experiments/get?experiment_id=0", basic("bob"))).status, 200);
  await users.setPassword("bob", "another password");
  assert.equal((await get("experiments/get?experiment_id=0", basic("bob"))).status, 401);
  assert.equal((await get("experiments/get?experiment_id=0", basic("bob", "another password"))).status, 200);
  await users.remove("bob");
  assert.equal((await get("experiments/get?experiment_id=0", basic("bob", "another password"))).status, 401);
});

test("each way to an experiment asks for read, write or admin of it", async (context) => {
  const server = await startGuarded(context);
  const { post, users, url } = server;
  const ann = basic("ann");
  const { experiment_id } = (await post("experiments/create", { name: "cars" }, ann)).json;
  const { run_id } = (await post("runs/create", { experiment_id, start_time: 1 }, ann)).json.run.info;
  await post("runs/log-metric", { run_id, key: "rmse", value: 1, timestamp: 1 }, ann);
  const { model_id } = (await post("logged-models", { experiment_id, name: "m", source_run_id: run_id }, ann)).json
    .model.info;
  const files = `${url}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/a.txt`;
  await fetch(files, { method: "PUT", body: "a", headers: ann });
  const send = (method: string, path: string, body?: unknown) => async (headers: Record<string, string>) => {
    const target = path.startsWith("http") ? path : `${url}/api/2.0/mlflow/${path}`;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(target, { method, headers: { "content-type": "application/json", ...headers }, ...sent }))
      .status;
  };
  const reading = [
    send("GET", `experiments/get?experiment_id=${experiment_id}`),
    send("GET", "experiments/get-by-name?experiment_name=cars"),
    send("GET", `runs/get?run_id=${run_id}`),
    send("GET", `metrics/get-history?run_id=${run_id}&metric_key=rmse`),
    send("GET", `metrics/get-history-bulk?run_id=${run_id}&metric_key=rmse`),
    send("GET", `metrics/get-history-bulk-interval?run_ids=${run_id}&metric_key=rmse`),
    send("GET", `artifacts/list?run_id=${run_id}`),
    send("GET", files),
    send("GET", `logged-models/${model_id}`),
    send("GET", `logged-models/${model_id}/artifacts/directories`),
  ];
  const writing = [
    send("POST", "runs/create", { experiment_id, start_time: 1 }),
    send("POST", "runs/log-metric", { run_id, key: "rmse", value: 2, timestamp: 1 }),
    send("POST", "runs/log-metric", { run_id, key: "rmse", value: 2, timestamp: 1, model_id }),
    send("POST", "runs/log-batch", { run_id, tags: [{ key: "a", value: "1" }] }),
    send("POST", "runs/set-tag", { run_id, key: "b", value: "1" }),
    send("POST", "runs/delete-tag", { run_id, key: "b" }),
    send("POST", "runs/update", { run_id, status: "FINISHED" }),
    send("POST", "runs/delete", { run_id }),
    send("POST", "runs/restore", { run_id }),
    send("POST", "runs/outputs", { run_id, models: [{ model_id, step: 0 }] }),
    send("POST", "experiments/set-experiment-tag", { experiment_id, key: "a", value: "1" }),
    send("POST", "logged-models", { experiment_id, name: "n", source_run_id: run_id }),
    send("PATCH", `logged-models/${model_id}/tags`, { tags: [{ key: "a", value: "1" }] }),
    send("PUT", files, "b"),
    send("DELETE", files),
  ];
  const administering = [
    send("POST", "experiments/set-experiment-tag", { experiment_id, key: "runlab.owner", value: "bob" }),
    send("POST", "experiments/delete-experiment-tag", { experiment_id, key: "runlab.owner" }),
    send("POST", "experiments/update", { experiment_id, new_name: "bikes" }),
    send("POST", "experiments/delete", { experiment_id }),
    send("POST", "experiments/restore", { experiment_id }),
  ];
  const statuses = async (calls: readonly ((headers: Record<string, string>) => Promise<number>)[]) => {
    const found = new Set<number>();
    for (const call of calls) found.add(await call(basic("bob")));
    return [...found];
  };
  for (const [level, open] of [
    ["none", 0],
    ["read", 1],
    ["write", 2],
  ] as const) {
    users.grant("bob", experiment_id, level);
    if (open < 1) assert.deepEqual(await statuses(reading), [403], level);
    if (open < 2) assert.deepEqual(await statuses(writing), [403], level);
    assert.deepEqual(await statuses(administering), [403], level);
    // A file that a writer has removed is there again for the next reader.
    if (open === 1) assert.deepEqual(await statuses(reading), [200], level);
    if (open === 2) assert.deepEqual(await statuses(writing), [200], level);
  }
  users.grant("bob", experiment_id, "admin");
  assert.deepEqual(await statuses(administering), [200]);
});

test("searches find what the user may read, and nothing else", async (context) => {
  const { post, users } = await startGuarded(context);
  const ann = basic("ann");
  const made: string[] = [];
  for (const name of ["open", "closed"]) {
    const { experiment_id } = (await post("experiments/create", { name }, ann)).json;
    const { run_id } = (await post("runs/create", { experiment_id, run_name: name, start_time: 1 }, ann)).json.run.info;
    await post("logged-models", { experiment_id, name, source_run_id: run_id }, ann);
    made.push(experiment_id);
  }
  const [, closed = ""] = made;
  users.grant("bob", closed, "none");
  const bob = basic("bob");
  const names = async () => {
    const experiments = (await post("experiments/search", { max_results: 10 }, bob)).json.experiments ?? [];
    const runs = (await post("runs/search", { experiment_ids: made }, bob)).json.runs ?? [];
    const models = (await post("logged-models/search", { experiment_ids: made }, bob)).json.models ?? [];
    return {
      experiments: experiments.map(({ name }: { name: string }) => name).sort(),
      runs: runs.map(({ info }: { info: { run_name: string } }) => info.run_name),
      models: models.map(({ info }: { info: { name: string } }) => info.name),
    };
  };
  assert.deepEqual(await names(), { experiments: ["Default", "open"], runs: ["open"], models: ["open"] });
  users.setDefaultLevel("none");
  assert.deepEqual(await names(), { experiments: [], runs: [], models: [] });
  // Who makes an experiment is its admin, whatever else was granted, and whoever is named as its owner.
  const mine = await post("experiments/create", { name: "mine", tags: [{ key: "runlab.owner", value: "ann" }] }, bob);
  const { experiment_id } = mine.json;
  assert.equal((await post("experiments/update", { experiment_id, new_name: "ours" }, bob)).status, 200);
  assert.deepEqual((await names()).experiments, ["ours"]);
  assert.equal((await post("runs/create", { experiment_id, start_time: 1 }, basic("eve"))).status, 403);
});

test("the registered models have a level of their own", async (context) => {
  const { post, get, users } = await startGuarded(context);
  const bob = basic("bob");
  assert.equal((await post("registered-models/create", { name: "Cars" }, bob)).status, 403);
  assert.equal((await get("registered-models/search", bob)).status, 200);
  users.grant("bob", "models", "write");
  assert.equal((await post("registered-models/create", { name: "Cars" }, bob)).status, 200);
  const version = { name: "Cars", source: "s3://bucket/model" };
  assert.equal((await post("model-versions/create", version, bob)).status, 200);
  users.grant("bob", "models", "none");
  assert.equal((await get("registered-models/get?name=Cars", bob)).status, 403);
  assert.equal((await get("model-versions/get?name=Cars&version=1", bob)).status, 403);
});

/** Signs in as the page does. @returns what its browser sends from then on */
async function signIn(url: string, given: object): Promise<{ status: number; cookie: string; header: string }> {
  const response = await fetch(`${url}/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(given),
  });
  const header = response.headers.get("set-cookie") ?? "";
  return { status: response.status, cookie: header.split(";")[0] ?? "", header };
}

test("a page signs in once: its cookie counts until it signs out, and for pages of the server alone", async (context) => {
  const { url, get, post, users } = await startGuarded(context);
  assert.equal((await signIn(url, { username: "bob", password: "wrong password" })).status, 401);
  assert.equal((await signIn(url, { username: "bob" })).status, 401);
  const { status, cookie, header } = await signIn(url, { username: "bob", password });
  assert.equal(status, 200);
  assert.match(header, /^runlab-[0-9a-f]{8}=[\w-]{43}; HttpOnly; SameSite=Strict$/);
  const experiment = "experiments/get?experiment_id=0";
  assert.equal((await get(experiment, { cookie })).status, 200);
  assert.equal((await get(experiment, { cookie, "sec-fetch-site": "same-origin" })).status, 200);
  for (const site of ["same-site", "cross-site"])
    assert.equal((await get(experiment, { cookie, "sec-fetch-site": site })).status, 401, site);
  assert.equal((await get(experiment, { cookie: cookie.replace(/=.*/, "=wrong") })).status, 401);
  // The page may do what its user may.
  users.grant("bob", "0", "read");
  assert.equal((await post("runs/create", { experiment_id: "0", start_time: 1 }, { cookie })).status, 403);
  const left = await fetch(`${url}/logout`, { method: "POST", headers: { cookie } });
  assert.match(left.headers.get("set-cookie") ?? "", /Max-Age=0/);
  assert.equal((await get(experiment, { cookie })).status, 401);
});

test("a session ends with another password, with its token, and with its user", async (context) => {
  const { url, get, users } = await startGuarded(context);
  const status = async (cookie: string) => (await get("experiments/get?experiment_id=0", { cookie })).status;
  const { token, id } = users.addToken("eve");
  const byPassword = await signIn(url, { username: "bob", password });
  const byToken = await signIn(url, { token });
  assert.deepEqual([await status(byPassword.cookie), await status(byToken.cookie)], [200, 200]);
  await users.setPassword("bob", "another password");
  users.removeToken("eve", id);
  assert.deepEqual([await status(byPassword.cookie), await status(byToken.cookie)], [401, 401]);
  const again = await signIn(url, { username: "bob", password: "another password" });
  await users.remove("bob");
  assert.equal(await status(again.cookie), 401);
});

test("a page of another site can sign nobody in or out", async (context) => {
  const { url } = await startGuarded(context);
  const form = await fetch(`${url}/login`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify({ username: "bob", password }),
  });
  assert.equal(form.status, 400);
  for (const path of ["login", "logout"]) {
    const response = await fetch(`${url}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "http://example.org" },
      body: JSON.stringify({ username: "bob", password }),
    });
    assert.deepEqual([response.status, response.headers.get("set-cookie")], [403, null]);
  }
});

test("browsers are asked to sign in by the page, not by a dialog of their own", async (context) => {
  const { url } = await startGuarded(context);
  const page = await fetch(`${url}/ajax-api/2.0/mlflow/experiments/get?experiment_id=0`);
  assert.equal(page.status, 401);
  assert.match(page.headers.get("www-authenticate") ?? "", /^Bearer/);
  const program = await fetch(`${url}/api/2.0/mlflow/experiments/get?experiment_id=0`);
  assert.match(program.headers.get("www-authenticate") ?? "", /^Basic/);
});

test("no password or token is in a log line, an error or a run", async (context) => {
  const { post, get, users, log, url } = await startGuarded(context);
  const { token } = users.addToken("bob");
  const bearer = { authorization: `Bearer ${token}` };
  const { json } = await post("runs/create", { experiment_id: "0", start_time: 1 }, basic("ann"));
  const answers = [
    json,
    (await get("experiments/get?experiment_id=0", basic("bob", "mistyped password"))).json,
    (await get("experiments/get?experiment_id=9", bearer)).json,
    (await get(`runs/get?run_id=${json.run.info.run_id}`, bearer)).json,
    await (await fetch(`${url}/nothing?password=${password}`, { headers: basic("ann") })).json(),
    await signIn(url, { username: "bob", password: "mistyped password" }),
  ];
  const { cookie } = await signIn(url, { username: "bob", password });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const told = JSON.stringify(answers) + log();
  assert.ok(log().includes('"user":"ann"'));
  for (const secret of [
    password,
    "mistyped",
    token,
    cookie.split("=")[1] ?? "",
    Buffer.from(`ann:${password}`).toString("base64"),
  ])
    assert.ok(!told.includes(secret), secret);
});
