import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { loadCars } from "../../notebooks/cars.js";
import { readNumbers } from "../../notebooks/csv.js";
import { LinearModel } from "../../notebooks/elasticnet.js";
import { StandardScaler, standardize } from "../../notebooks/features.js";
import { mae, r2, rmse } from "../../notebooks/metrics.js";
import { Pipeline } from "../../notebooks/pipeline.js";
import { trainTestSplit } from "../../notebooks/split.js";

const context = { folder: "" };
before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-notebooks-"));
});
after(() => rm(context.folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(context.folder, name);
  await writeFile(path, text);
  return path;
}

test("the cars come from the disk, complete", () => {
  const cars = loadCars();
  assert.equal(cars.length, 392);
  assert.deepEqual(cars[0], {
    name: "chevrolet chevelle malibu",
    mpg: 18,
    cylinders: 8,
    displacement: 307,
    horsepower: 130,
    weight: 3504,
    acceleration: 12,
    year: 70,
    origin: "USA",
  });
});

test("a split keeps every row once, and the same seed splits the same", () => {
  const rows = Array.from({ length: 101 }, (_, i) => i);
  const { train, test: held } = trainTestSplit(rows, { seed: 7 });
  assert.equal(held.length, 25);
  assert.deepEqual(
    [...train, ...held].sort((a, b) => a - b),
    rows,
  );
  assert.deepEqual(trainTestSplit(rows, { seed: 7 }).test, held);
  assert.notDeepEqual(trainTestSplit(rows, { seed: 8 }).test, held);
});

test("features have mean 0 and deviation 1 on the rows they were learnt from; a constant one is 0", () => {
  const rows = [
    { a: 1, b: 5 },
    { a: 3, b: 5 },
  ];
  const features = standardize(rows, ["a", "b"]);
  assert.deepEqual(features.transform(rows), [
    [-1, 0],
    [1, 0],
  ]);
  assert.deepEqual(features.transform([{ a: 5, b: 6 }]), [[3, 1]]);
});

test("a scaler and a linear model come back from their JSON, and a pipeline predicts from records", () => {
  const rows = [
    { a: 1, b: 5 },
    { a: 3, b: 5 },
  ];
  const features = StandardScaler.load<{ a: number; b: number }>(
    JSON.parse(JSON.stringify(standardize(rows, ["a", "b"]))),
  );
  assert.deepEqual(features.names, ["a", "b"]);
  const model = LinearModel.load(JSON.parse(JSON.stringify(new LinearModel([2, 7], 10))));
  assert.deepEqual(new Pipeline(features, model).predict(rows), [8, 12]);
});

test("metrics are those of the textbook", () => {
  const actual = [3, -0.5, 2, 7];
  const predicted = [2.5, 0, 2, 8];
  assert.equal(rmse(actual, predicted), Math.sqrt(0.375));
  assert.equal(mae(actual, predicted), 0.5);
  assert.ok(Math.abs(r2(actual, predicted) - 0.9486081370449679) < 1e-12);
  assert.throws(() => rmse([1], [1, 2]), /1 actual values and 2 predictions/);
});

test("a table of numbers is read from a path, with quoted headers", async () => {
  const path = await file("wine.csv", '"fixed acidity";"quality"\r\n7.4;5\r\n7.8;6\r\n');
  assert.deepEqual(await readNumbers(path), [
    { "fixed acidity": 7.4, quality: 5 },
    { "fixed acidity": 7.8, quality: 6 },
  ]);
});

test("a table of numbers is read from a URL", async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/wine.csv" ? 200 : 404;
    response.end("a;b\n1;2\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.deepEqual(await readNumbers(`${address}/wine.csv`), [{ a: 1, b: 2 }]);
    await assert.rejects(readNumbers(`${address}/none.csv`), /Cannot read the wine data from .*404.*\n.*WINE_CSV/);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("what cannot be read is named, with the way out", async () => {
  const missing = join(context.folder, "missing.csv");
  await assert.rejects(readNumbers(missing), (error: Error) => {
    assert.match(error.message, /^Cannot read the wine data from .*missing\.csv: ENOENT/);
    assert.match(error.message, /set WINE_CSV/);
    return true;
  });
  await assert.rejects(readNumbers(await file("comma.csv", "a,b\n1,2\n")), /no columns separated by ';'.*a,b/);
  await assert.rejects(readNumbers(await file("bad.csv", "a;b\n1;2\n1;x\n")), /line 3: expected 2 numbers, got: 1;x/);
});
