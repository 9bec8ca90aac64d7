import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { DiffJson, NewsJson, RunsJson } from "../../../src/server/page/page-json.js";
import { logRuns, serve } from "../../ui/open-page.js";

async function post<T>(url: string, body: object): Promise<T> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()) as T;
}

test("runs come with each name once, and values in the order of the names", async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second"]);
  const answer = await post<RunsJson>(`${url}/ajax-api/2.0/runlab/runs`, { experimentIds: ["1"] });
  assert.deepEqual(answer.params, ["alpha", "model", "seed"]);
  assert.deepEqual(answer.metrics, ["loss", "rmse"]);
  assert.deepEqual(
    answer.runs.map(({ name, params, metrics, points }) => ({ name, params, metrics, points })),
    [
      { name: "second", params: ["0.1", "linear", "42"], metrics: [5, 2.5], points: [5, 1] },
      { name: "first", params: ["0", "tree", "42"], metrics: [6, 3], points: [5, 1] },
    ],
  );
});

test("of many runs the newest are asked for, and what changes from then on is news", async (context) => {
  const { client, url } = await serve(context);
  const [third = ""] = await logRuns(client, "cars", ["first", "second", "third"]);
  const ask = (most: number) => post<RunsJson>(`${url}/ajax-api/2.0/runlab/runs`, { experimentIds: ["1"], most });
  const two = await ask(2);
  assert.deepEqual([two.runs.map(({ name }) => name), two.more], [["third", "second"], true]);
  const three = await ask(3);
  assert.deepEqual([three.runs.length, three.more], [3, undefined]);
  await client.setTag(third, "seen", "yes");
  let { cursor } = three;
  for (let ids: readonly string[] | null = []; !ids?.includes(third); ) {
    const news = (await (await fetch(`${url}/ajax-api/2.0/runlab/news?after=${cursor}`)).json()) as NewsJson;
    ({ cursor } = news);
    ids = news.runIds;
    assert.notEqual(ids, null);
  }
});

test("news wait for a change and name the run that it is in", async (context) => {
  const { client, url } = await serve(context);
  const [id = ""] = await logRuns(client, "cars", ["first"]);
  const news = async (after?: string) => {
    const query = after === undefined ? "" : `?after=${after}`;
    return (await (await fetch(`${url}/ajax-api/2.0/runlab/news${query}`)).json()) as NewsJson;
  };
  let { cursor } = await news();
  await client.setTag(id, "seen", "yes");
  for (;;) {
    const next = await news(cursor);
    cursor = next.cursor;
    if (next.runIds?.includes(id)) break;
  }
  // A cursor of another server says nothing: any run may have changed.
  assert.equal((await news("abc-1")).runIds, null);
});

test("of a curve only the points after those that are known are sent", async (context) => {
  const { client, url } = await serve(context);
  const [id = ""] = await logRuns(client, "cars", ["first"]);
  const ask = (total: number) =>
    post(`${url}/ajax-api/2.0/runlab/curves`, {
      runIds: [id],
      metrics: ["loss"],
      known: [{ run: id, metric: "loss", total }],
    });
  const curve = { run: id, metric: "loss", total: 5 };
  const { curves } = (await ask(3)) as { curves: Array<Record<string, unknown>> };
  assert.deepEqual(
    { ...curves[0], times: undefined },
    { ...curve, from: 3, steps: [3, 4], values: [7, 6], times: undefined },
  );
});

test("artifacts are sent for viewing in a sandbox, in ranges, and never from outside of the run", async (context) => {
  const { client, url } = await serve(context);
  const [id = ""] = await logRuns(client, "cars", ["first"]);
  await client.logText(id, "<script>1</script>", "a b/page.html");
  const view = `${url}/ajax-api/2.0/runlab/artifacts/view/${id}`;
  const page = await fetch(`${view}/a%20b/page.html`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy") ?? "", /^sandbox; default-src 'none'/);
  const part = await fetch(`${view}/a%20b/page.html`, { headers: { range: "bytes=1-6" } });
  assert.equal(part.status, 206);
  assert.equal(await part.text(), "script");
  for (const path of ["..%2f..%2frun.json", "%2e%2e/%2e%2e/run.json", "a%00b", "%252e%252e/run.json", "a%20b"]) {
    const { status } = await fetch(`${view}/${path}`);
    assert.ok(status === 400 || status === 404, `${path}: ${status}`);
  }
});

test("the page has a strict security policy, and its files are cached by their names", async (context) => {
  const { url } = await serve(context);
  const page = await fetch(url);
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
  const text = await page.text();
  assert.doesNotMatch(text, /<script>|src="\/|href="\/|https?:/);
  const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(text)?.[1];
  const file = await fetch(url + script);
  assert.match(file.headers.get("content-type") ?? "", /javascript/);
  assert.match(file.headers.get("cache-control") ?? "", /immutable/);
  assert.equal(file.headers.get("content-encoding"), "gzip");
  const plain = await fetch(url + script, { headers: { "accept-encoding": "identity" } });
  assert.equal(plain.headers.get("content-encoding"), null);
  const code = await plain.text();
  assert.equal(await file.text(), code);
  // All that is loaded before the first chart.
  assert.ok(gzipSync(code).length <= 150_000, `${gzipSync(code).length} bytes of script, compressed`);
});

test("runs are found by their ids wherever they are, and deleted ones are not", async (context) => {
  const { client, url } = await serve(context);
  const [a = ""] = await logRuns(client, "cars", ["first"]);
  const [b = "", gone = ""] = await logRuns(client, "trucks", ["gone", "second"]);
  await client.deleteRun(gone);
  const ask = (runIds: string[]) => post<RunsJson>(`${url}/ajax-api/2.0/runlab/runs`, { experimentIds: [], runIds });
  const { runs } = await ask([a, b, gone, "f".repeat(32)]);
  assert.deepEqual(runs.map(({ id }) => id).sort(), [a, b].sort());
  assert.deepEqual((await ask([])).runs, []);
});

test("a difference tells of values, environment and code, line by line, with nothing hidden in it", async (context) => {
  const { client, url } = await serve(context);
  const [b = "", a = ""] = await logRuns(client, "cars", ["first", "second"]);
  const code = ["const x = 1;", "const y = 2;", "fit(x);"];
  await client.logText(a, code.join("\n"), "runlab/cell.ts");
  await client.logText(b, ["const x = 1;", "const y = \u202e3;", "fit(x);"].join("\n"), "runlab/cell.ts");
  await client.logText(a, JSON.stringify({ node: "20.19.0", packages: { left: "1.0.0" } }), "runlab/environment.json");
  await client.logText(b, JSON.stringify({ node: "22.1.0", packages: { left: "1.0.0" } }), "runlab/environment.json");
  const answer = (await (await fetch(`${url}/ajax-api/2.0/runlab/diff?a=${a}&b=${b}`)).json()) as DiffJson;
  assert.deepEqual(answer.labels, ["first", "second"]);
  const section = (title: string) => answer.sections.find((one) => one.title === title);
  assert.deepEqual(section("Environment")?.rows, [{ name: "node", values: [{ text: "20.19.0" }, { text: "22.1.0" }] }]);
  assert.equal(section("Environment")?.same, 1);
  assert.deepEqual(section("Metrics")?.rows[1]?.values[1], { text: "2.5", better: true });
  assert.deepEqual(answer.code, [
    { kind: "same", text: code[0] },
    { kind: "removed", text: code[1] },
    { kind: "added", text: "const y = \\u202e3;" },
    { kind: "same", text: code[2] },
  ]);
  const same = await fetch(`${url}/ajax-api/2.0/runlab/diff?a=${a}&b=${a}`);
  assert.equal(same.status, 400);
});
