import type { Page } from "playwright-core";
import { logModel } from "../../src/models/log-model.js";
import { inferSignature } from "../../src/models/signature/infer-signature.js";
import type { Served } from "./open-page.js";

/** A store with something on every page. */
export interface FilledStore {
  experimentId: string;
  /** The newest run first. */
  runIds: readonly string[];
  /** The run with files. */
  runId: string;
  /** A registered model with two versions. */
  model: string;
}

/** A page of `runlab ui`, for the tests that hold for each of them. */
export interface UiPage {
  name: string;
  /** The part of its address after `/`. */
  address(store: FilledStore): string;
  /** Resolves once all of it is there, the chart too. */
  ready(page: Page): Promise<unknown>;
}

/** Every page; a new one is a line here. */
export const everyPage: readonly UiPage[] = [
  {
    name: "runs",
    address: ({ experimentId }) => `#/experiments/${experimentId}`,
    ready: (page) => page.locator(".runs-table tbody .spark path").first().waitFor({ state: "attached" }),
  },
  {
    name: "runs-grouped",
    address: ({ experimentId, runIds }) =>
      `#/experiments/${experimentId}?group=params.model&base=${runIds[3]}&sel=${runIds[1]}`,
    ready: (page) => page.locator(".group-row .value").first().waitFor(),
  },
  {
    name: "experiments",
    address: () => "#/experiments",
    ready: (page) => page.getByRole("rowheader").first().waitFor(),
  },
  {
    name: "run",
    address: ({ experimentId, runId }) => `#/experiments/${experimentId}/runs/${runId}?metric=loss`,
    ready: (page) => page.locator("figure canvas").waitFor(),
  },
  {
    name: "run-artifact",
    address: ({ experimentId, runId }) => `#/experiments/${experimentId}/runs/${runId}?file=report.md`,
    ready: (page) => page.locator(".preview .markdown").waitFor(),
  },
  {
    name: "compare",
    address: ({ runIds }) => `#/compare?runs=${runIds.slice(0, 8).join(",")}`,
    ready: (page) => page.locator("figure canvas").first().waitFor(),
  },
  {
    name: "compare-curves",
    address: ({ runIds }) => `#/compare?runs=${runIds.join(",")}&view=curves`,
    ready: (page) => page.locator("figure canvas").first().waitFor(),
  },
  {
    name: "compare-diff",
    address: ({ runIds }) => `#/compare?runs=${runIds.slice(0, 2).join(",")}&view=diff`,
    ready: (page) => page.getByText("difference", { exact: true }).first().waitFor(),
  },
  {
    name: "models",
    address: () => "#/models",
    ready: (page) => page.getByRole("rowheader").first().waitFor(),
  },
  {
    name: "model",
    address: ({ model }) => `#/models/${encodeURIComponent(model)}`,
    ready: (page) => page.getByText("Fill in the example").waitFor(),
  },
  {
    name: "unknown",
    address: () => "#/nowhere",
    ready: (page) => page.getByText("There is no such page").waitFor(),
  },
];

/** Names, and other words that a person chooses. */
export interface Words {
  experiment: string;
  run(at: number): string;
  note: string;
  tag: string;
  param: string;
  model: string;
}

export const plainWords: Words = {
  experiment: "cars",
  run: (at) =>
    `${["calm", "bright", "swift", "quiet"][at % 4]}-${["owl", "fox", "heron", "lynx", "wren"][at % 5]}-${at}`,
  note: "# Fuel use\n\nForests against **linear** models on `cars.csv`.\n\n- all rows\n- seed 42",
  tag: "forest",
  param: "squared_error",
  model: "Cars",
};

/** Markup that a browser would run, were it taken for markup. */
const attack = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;

export const hostileWords: Words = {
  experiment: attack,
  run: (at) => `${attack}${at}`,
  note: `${attack}\n\n[link](javascript:document.title='taken') ![picture](x"onerror="document.title='taken')`,
  tag: `"><svg onload="document.title='taken'">`,
  param: `'"><script>document.title='taken'</script>`,
  model: `<img src=x onerror="document.title='taken'">`,
};

/** Two experiments, 50 runs with curves, params, tags and notes, one of them with files, one failed, one running. */
export async function fillStore({ client, session }: Served, words: Words): Promise<FilledStore> {
  const tags = { team: words.tag, "mlflow.note.content": words.note };
  await client.createExperiment(`${words.experiment} before`, { tags });
  const experimentId = await client.createExperiment(words.experiment, { tags });
  const runIds: string[] = [];
  for (let at = 0; at < 50; at++) {
    const startTime = Date.now() - (60 - at) * 60_000;
    const { info } = await client.createRun(experimentId, {
      runName: words.run(at),
      startTime,
      tags: {
        team: words.tag,
        "mlflow.source.name": "/home/me/notebooks/cars.ipynb",
        "mlflow.source.git.commit": "0123456789abcdef0123",
      },
    });
    const alpha = Math.round(1000 * ((at * 0.37) % 1)) / 1000;
    await client.logParams(info.runId, {
      alpha,
      model: at % 3 === 0 ? "forest" : "linear",
      criterion: words.param,
      seed: 42,
    });
    const loss = Array.from({ length: 20 }, (_, step) => ({
      key: "loss",
      value: (2 + alpha) / (step + 1) + 0.05 * Math.sin(step * at),
      step,
      timestamp: startTime + step * 1000,
    }));
    const last = { timestamp: startTime + 20_000, step: 0 };
    const ends = [
      { key: "rmse", value: Math.round(1e6 * (2.5 + Math.cos(at))) / 1e6, ...last },
      { key: "r2", value: at % 10 === 0 ? 0.9 : 1 - alpha / 3, ...last },
    ];
    await client.logMetrics(info.runId, [...loss, ...ends]);
    if (at === 48) await client.endRun(info.runId, "FAILED", `TypeError: ${words.param}`);
    else if (at !== 47) await client.endRun(info.runId);
    runIds.unshift(info.runId);
  }
  const [runId = ""] = runIds;
  await client.setTags(runId, { "mlflow.note.content": words.note, "runlab.cell.execution_count": "7" });
  await client.logText(runId, `%%run name=forest\n%log_metric loss {loss} // ${words.param}`, "runlab/cell.ts");
  await client.logText(runId, words.note, "report.md");
  await client.logText(runId, `name,mpg\n${JSON.stringify(words.param)},18\n`, "table.csv");
  const predict = (rows: Array<{ weight: number }>) => rows.map(({ weight }) => weight / 100);
  for (const inputExample of [[{ weight: 3504 }], [{ weight: 3504, fuel: "petrol" }]]) {
    const signature = inferSignature(inputExample, [35.04]);
    await session.setExperiment(`${words.experiment} before`);
    await session.startRun({ runName: words.run(50) });
    await logModel(session, predict, { name: "linear", signature, inputExample, registeredModelName: words.model });
    await session.endRun();
  }
  await client.updateRegisteredModel(words.model, words.note);
  for (const alias of ["champion", "challenger", "rolled-back-in-november"]) {
    await client.setRegisteredModelAlias(words.model, alias, "2");
  }
  await client.setRegisteredModelTag(words.model, "team", words.tag);
  return { experimentId, runIds, runId, model: words.model };
}
