import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gatherReport, type ReportPart } from "../../src/reports/report.js";
import { writeReport } from "../../src/reports/write-report.js";
import { hostileName, sampleRuns } from "./report-samples.js";

const folder = await mkdtemp(join(tmpdir(), "runlab-report-"));
after(() => rm(folder, { recursive: true, force: true }));

const kinds = (parts: readonly ReportPart[]) => parts.map(({ kind }) => kind);

test("a report has a table of all runs, the comparison, a curve per metric that has one, and a part per run", async () => {
  const report = await gatherReport(await sampleRuns(3), {});
  assert.deepEqual(
    report.sections.map(({ heading, parts }) => [heading, kinds(parts)]),
    [
      ["Runs", ["table"]],
      ["Comparison", ["chart", "table"]],
      ["Curves", ["chart", "chart"]],
    ],
  );
  assert.deepEqual(
    report.runs.map(({ heading }) => heading),
    ["elastic 2", hostileName, "elastic 0"],
  );
  assert.ok(report.runs.every(({ parts }) => parts[0]?.kind === "card"));
});

test("code that several runs share is shown once, and the others say whose it is", async () => {
  const { runs } = await gatherReport(await sampleRuns(3), {});
  const last = runs.map(({ parts }) => parts.at(-1));
  assert.deepEqual(
    last.map((part) => part?.kind),
    ["code", "code", "text"],
  );
  assert.equal(last[2]?.kind === "text" && last[2].text, `Code: the same as that of ${hostileName}.`);
});

test("runs are chosen by name, by a filter, by the best of a metric, and what is left out is said", async () => {
  const session = await sampleRuns(4);
  const headings = async (request: Parameters<typeof gatherReport>[1]) =>
    (await gatherReport(session, request)).runs.map(({ heading }) => heading);
  assert.deepEqual(await headings({ experiment: "cars", runs: ["elastic 0", "elastic 3"] }), [
    "elastic 0",
    "elastic 3",
  ]);
  assert.deepEqual(await headings({ where: "params.solver = 'sgd'" }), ["elastic 2", "elastic 0"]);
  assert.deepEqual(await headings({ metric: "rmse", limit: 1 }), ["elastic 0"]);
  const { facts } = await gatherReport(session, { metric: "rmse", limit: 1 });
  assert.match(facts.join("\n"), /Only the best 1 are shown by rmse \(min\)/);
  await assert.rejects(
    gatherReport(session, { where: "params.solver = 'x'" }),
    /no run in experiment 'cars' that matches/,
  );
  await assert.rejects(gatherReport(session, { limit: 0 }), /whole number of 1 or more; got 0/);
});

test("a goal without a metric is an error, not ignored", async () => {
  await assert.rejects(gatherReport(await sampleRuns(2), { goal: "min" }), {
    code: "INVALID_PARAMETER_VALUE",
    message: "The goal 'min' is given without a metric.",
    hint: /option metric/,
  });
});

test("a run that is removed while the report is written is left out, and the report says so", async () => {
  const session = await sampleRuns(2);
  const { client } = session;
  const [newest] = await session.searchRuns();
  const id = newest?.info.runId ?? "";
  const searchRuns: typeof client.searchRuns = async (query) => {
    const found = await client.searchRuns(query);
    await client.deleteRun(id);
    await client.purgeRun(id);
    return found;
  };
  const gone = Object.assign(Object.create(client), { searchRuns });
  const report = await gatherReport({ client: gone, currentExperiment: () => session.currentExperiment() }, {});
  assert.deepEqual(
    report.runs.map(({ heading }) => heading),
    ["elastic 0"],
  );
  assert.match(report.facts.join("\n"), /was removed while the report was being written/);
});

test("an HTML report of 50 runs with eight curves of 200 points is smaller than 2 MB and names no address to load", async () => {
  const path = join(folder, "fifty.html");
  const { bytes, runs } = await writeReport(await sampleRuns(50, 200, 6), { to: path });
  assert.equal(runs, 50);
  assert.equal(bytes, (await stat(path)).size);
  assert.ok(bytes < 2_000_000, `${bytes} bytes`);
  const html = await readFile(path, "utf8");
  const page = html.replace(/<script>[\s\S]*?<\/script>/g, "");
  assert.doesNotMatch(page, /<(?:script|img|link|iframe)[^>]*(?:src|href)="(?!data:)/);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
});

test("nothing that a user wrote is markup in the page", async () => {
  const path = join(folder, "hostile.html");
  await writeReport(await sampleRuns(2), { to: path });
  const html = await readFile(path, "utf8");
  assert.ok(!html.includes("<img src=x"));
  // Of Vega's three, the page's own, and a spec for each of the three charts.
  assert.equal(html.match(/<\/script/g)?.length, 3 + 1 + 3);
  assert.equal(html.match(/<script/g)?.length, 3 + 1 + 3);
});

test("a Markdown report has its charts as pictures beside it, and shows names and code as they are", async () => {
  const path = join(folder, "pull request.md");
  const session = await sampleRuns(2);
  const { pictures } = await writeReport(session, { to: path });
  const names = ["comparison.svg", "curve-1.svg", "curve-2.svg"];
  assert.deepEqual((await readdir(join(folder, "pull request_files"))).sort(), names);
  assert.equal(pictures.length, 3);
  assert.match(await readFile(pictures[0] ?? "", "utf8"), /^<svg/);
  const text = await readFile(path, "utf8");
  assert.match(text, /!\[[^\]]*\]\(pull%20request_files\/comparison\.svg\)/);
  assert.ok(text.includes("| &#60;img src=x onerror=alert(1)&#62;&#60;/script&#62;&#60;!-- \\`\\*\\|\\_ |"), text);
  assert.match(text, /````ts\n%%run name=elastic\nfit\(0\) \/\/ ``` <\/script>\n````/);
  await assert.rejects(writeReport(session, { to: path }), { code: "RESOURCE_ALREADY_EXISTS" });
  await writeReport(session, { to: path, force: true });
});

test("an extension that is neither HTML nor Markdown is an error that says which there are", async () => {
  await assert.rejects(writeReport(await sampleRuns(1), { to: join(folder, "x.pdf") }), {
    code: "INVALID_PARAMETER_VALUE",
    hint: /\.html, or in \.md/,
  });
});
