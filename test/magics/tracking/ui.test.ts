import assert from "node:assert/strict";
import { test } from "node:test";
import { RunningCell } from "../test-cell.js";

interface Page {
  url: string;
  port: number;
}

function cellWithStore(uri = "/data/<runs>"): RunningCell {
  const cell = new RunningCell();
  cell.session.setTrackingUri(uri);
  return cell;
}

async function ui(cell: RunningCell, args: Record<string, unknown> = {}, assigned = false): Promise<Page[]> {
  return (await cell.line("ui", args, assigned)) as Page[];
}

test("%ui embeds the page, links to it, and says where it is behind a remote Jupyter", async () => {
  const cell = cellWithStore();
  await ui(cell, { port: 6000 });
  const { "text/html": html, "text/plain": text } = cell.shown[0]?.data ?? {};
  assert.match(String(html), /<iframe src="http:\/\/127\.0\.0\.1:6000\/" title="Runs"/);
  assert.match(String(html), /<a href="http:\/\/127\.0\.0\.1:6000\/" target="_blank" rel="noopener">/);
  assert.match(String(html), /\/data\/&lt;runs&gt;/);
  assert.match(
    String(text),
    /^The page of \/data\/<runs>: http:\/\/127\.0\.0\.1:6000\/\n.*\/proxy\/6000\/.*\n.*%ui stop$/,
  );
  assert.equal(cell.stdout, "");
});

test("a busy port moves to the next free one, and %ui says so", async () => {
  const cell = cellWithStore();
  const [page] = await ui(cell);
  assert.equal(page?.port, 5002);
  assert.equal(cell.stdout, "Port 5001 is in use; using 5002 instead.\n");
});

test("a second %ui shows the page that runs; another store gets a page of its own; stop ends both", async () => {
  const cell = cellWithStore();
  await ui(cell, { port: 6000 });
  assert.deepEqual(await ui(cell), cell.pages.list());
  assert.equal(cell.stdout, "");
  await ui(cell, { port: 7000 });
  assert.match(cell.stdout, /at port 6000 already.*%ui stop, then %ui port=7000/);
  assert.equal(cell.shown.length, 3);
  cell.session.setTrackingUri("/data/other");
  const [other] = await ui(cell, { port: 6000 }, true);
  assert.equal(other?.port, 6001);
  cell.stdout = "";
  assert.equal((await ui(cell, { action: "stop" })).length, 2);
  await ui(cell, { action: "stop" });
  assert.equal(
    cell.stdout,
    "Stopped the page of /data/<runs> at http://127.0.0.1:6000.\n" +
      "Stopped the page of /data/other at http://127.0.0.1:6001.\nThis notebook serves no page.\n",
  );
});

test("%ui hosts= starts the page anew at its port, with these names", async () => {
  const cell = cellWithStore();
  await ui(cell, { port: 6000 });
  const pages = await ui(cell, { hosts: ["lab.example.org"] });
  assert.deepEqual(
    pages.map(({ port }) => port),
    [6000],
  );
  assert.deepEqual(cell.pages.hosts, [[], ["lab.example.org"]]);
  assert.equal(cell.pages.list().length, 1);
  assert.equal(cell.stdout, "");
});

test("on JupyterHub the page is embedded by its path there", async (context) => {
  process.env.JUPYTERHUB_SERVICE_PREFIX = "/user/ann/";
  context.after(() => delete process.env.JUPYTERHUB_SERVICE_PREFIX);
  const cell = cellWithStore();
  await ui(cell, { port: 6000 });
  assert.match(String(cell.shown[0]?.data["text/html"]), /<iframe src="\/user\/ann\/proxy\/6000\/"/);
});

test("const page = %ui shows nothing", async () => {
  const cell = cellWithStore();
  const [page] = await ui(cell, { port: 6000 }, true);
  assert.equal(page?.url, "http://127.0.0.1:6000");
  assert.deepEqual([cell.shown, cell.stdout], [[], ""]);
});

test("a store in memory and a number that is no port are errors that say what to do", async () => {
  const message = { message: /kernel's memory/ };
  await assert.rejects(() => ui(new RunningCell()), message);
  await assert.rejects(() => ui(cellWithStore(), { port: 70_000 }), /70000 is not a port/);
});
