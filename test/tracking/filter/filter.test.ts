import assert from "node:assert/strict";
import { test } from "node:test";
import { experimentFields } from "../../../src/tracking/filter/fields.js";
import { searchExperimentsIn } from "../../../src/tracking/filter/search.js";
import { toSearch } from "../../../src/tracking/query.js";
import { isError } from "../../is-error.js";
import { names } from "./run-samples.js";

const cases: Array<[string, string]> = [
  ["", "abcd"],
  ["metrics.rmse < 0.6", "b"],
  ["metrics.rmse >= 0.4 and metrics.rmse <= 0.7", "ab"],
  ["metrics.rmse != 0.7", "bc"],
  ["metric.rmse > -1e3", "ab"],
  ["metrics.`rmse` = .4", "b"],
  ['metrics."rmse" = 0.4', "b"],
  ["metrics.`odd;key` = 1", "b"],
  ["metrics.rmse.min < 0.55", "ab"],
  ["metrics.rmse.max > 0.8", "a"],
  ["metrics.rmse.last = 0.7", "a"],
  ["metrics.rmse.best = 0.3", "b"],
  ["metrics.acc.best = 0.8", "b"],
  ["metrics.`rmse`.min = 0.5", "a"],
  ["metrics.rmse IS NULL", "d"],
  ["metrics.rmse IS NOT NULL", "abc"],
  ["params.model = 'elastic'", "a"],
  ["params.model != 'elastic'", "b"],
  ["NOT params.model = 'elastic'", "b"],
  ["params.model LIKE '%lastic%'", "ab"],
  ["params.model LIKE 'elastic%'", "a"],
  ["params.model ILIKE 'ELASTIC_net'", "b"],
  ["params.model NOT LIKE 'elastic'", "b"],
  ["params.lr > 0.05", "a"],
  ["params.lr <= 0.01", "bc"],
  ["params.lr = 0.001", "c"],
  ["params.lr = 'high'", "d"],
  ["parameter.empty = ''", "a"],
  ['tags.family = "linear"', "a"],
  ["tags.mlflow.parentRunId IS NOT NULL", "a"],
  ["tags.`mlflow.parentRunId` is null", "bcd"],
  ["status = 'FINISHED' OR status = 'FAILED'", "ab"],
  ["attributes.status IN ('FINISHED', 'FAILED')", "ab"],
  ["attr.status NOT IN ('FINISHED')", "bcd"],
  ["run_name = 'a' OR run_name = 'b' AND metrics.rmse < 0.35", "a"],
  ["(run_name = 'a' OR run_name = 'b') AND metrics.rmse < 0.45", "b"],
  ["NOT (run_name = 'a' OR run_name = 'b')", "cd"],
  ["NOT (metrics.rmse > 0.5 AND params.lr = 0.1)", "bc"],
  ["duration < '5m'", "a"],
  ["duration > 100000", "b"],
  ["duration IS NULL", "cd"],
  ["start_time > '2026-11-01'", "bc"],
  ["start_time = '2026-11-01'", "abd"],
  ["start_time >= '2026-11-02' and start_time < '2026-11-02 00:01'", "c"],
  ["end_time <= '2026-11-01 00:01:30'", "a"],
  ["start_time = '2026-11-01 01'", "b"],
  ["start_time > '2026-11-01 00:59:59.9995'", "bc"],
  ["start_time = '2026-11-01 00:00:00.0005'", ""],
  ["`run name` = 'd'", "d"],
  ["run name = 'd'", "d"],
  ["datasets.name = 'cars'", "c"],
  ["dataset.context LIKE 'train%'", "c"],
  ["datasets.name IS NULL", "abd"],
];

test("a filter finds the runs it means", () => {
  for (const [filter, expected] of cases) assert.equal(names(filter), expected, filter);
});

test("runs are ordered by MLflow's rules: missing last, NaN before them, ties by start and id", () => {
  assert.equal(names("", ["metrics.rmse ASC"]), "bacd");
  assert.equal(names("", ["metrics.rmse DESC"]), "abcd");
  assert.equal(names("", ["metrics.rmse.min"]), "bacd".replace("cd", names("metrics.rmse.min IS NULL", [])));
  assert.equal(names("", ["params.lr desc", "run_name"]), "abcd");
  assert.equal(names("", ["start_time DESC", "attributes.run_name DESC"]), "cbda");
  assert.equal(names("run_name != 'd'", []), "cba");
});

const wrong: Array<[string, RegExp]> = [
  ["metrics.rmse < abc", /column 16: expected a number after '<' \(metrics\.rmse is a number\), found 'abc'/],
  ["metrics.rmse < '0.5'", /column 16: expected a number/],
  ["params.a > '0.5'", /column 10: text can be compared with .*remove the quotes/],
  ["params.a = b", /column 12: expected quoted text or a number after '=', found 'b'/],
  ["metrics.rmse", /column 13: expected a comparison after metrics\.rmse/],
  ["(metrics.a = 1", /column 15: expected AND, OR or '\)', found the end/],
  ["metrics.a = 1)", /column 14: expected AND, OR or the end of the filter/],
  ["metrics.a = 1 AND", /column 18: expected a field/],
  ["colour = 'red'", /column 1: a run has no attribute 'colour'; it has run_id/],
  ["metrix.a = 1", /column 1: 'metrix' is not one of metrics, params/],
  ["params.a = 'x", /column 12: the . opened here is never closed/],
  ["metrics.a LIKE 'x'", /column 11: metrics\.a is a number/],
  ["status IN ()", /column 12: expected quoted text/],
  ["params.a IS 3", /column 13: expected NULL or NOT NULL/],
  ["start_time > 'soon'", /column 14: expected a date/],
  ["start_time > '2026-02-30'", /column 14: expected a date/],
  ["NOT start_time != '2026-02-29'", /column 19: expected a date/],
  ["end_time <= '2026-13-01'", /column 13: expected a date/],
  ["start_time > '2026-11-01 24:00'", /column 14: expected a date/],
  ["start_time > '2026-11-01 10:00:60'", /column 14: expected a date/],
  ["start_time > '2026-11-01 10:00:00+25:00'", /column 14: expected a date/],
  ["start_time > '0000-01-01'", /column 14: expected a date/],
  ["duration > 'long'", /column 12: expected a duration like/],
  ["metrics.`a`.mid > 1", /column 13: expected min, max, last or best/],
  ["metrics.a # 1", /column 11: '#' is not allowed here/],
  [`${"(".repeat(5000)}metrics.a = 1`, /nested more than 200 levels deep/],
];

test("a filter that cannot be read is refused at its column, saying what was expected", () => {
  for (const [filter, message] of wrong)
    assert.throws(() => names(filter), isError("INVALID_PARAMETER_VALUE", message), filter);
  assert.throws(
    () => names("", ["metrics.a UP"]),
    isError("INVALID_PARAMETER_VALUE", /order_by clause, column 11: expected ASC/),
  );
});

test("experiments are filtered and ordered too", () => {
  const experiments = ["b", "a", "c"].map((name, index) => ({
    experimentId: String(index),
    name,
    artifactLocation: "",
    lifecycleStage: "active" as const,
    creationTime: index,
    lastUpdateTime: index,
    tags: (name === "a" ? {} : { team: name }) as Record<string, string>,
  }));
  const find = (filterString: string, orderBy?: string[]) =>
    searchExperimentsIn(
      experiments,
      toSearch("searchExperiments", { filterString, ...(orderBy && { orderBy }) }, experimentFields),
    )
      .map((experiment) => experiment.name)
      .join("");
  assert.equal(find(""), "cab");
  assert.equal(find("", ["name"]), "abc");
  assert.equal(find("tags.team IS NULL OR name LIKE 'c%'"), "ca");
  assert.throws(() => find("status = 'x'"), isError("INVALID_PARAMETER_VALUE", /experiment has no attribute 'status'/));
});
