import { defineMagic, tsType } from "../define-magic.js";
import { callText, mergedText, objectText } from "../language/script.js";
import { namedValues } from "../runtime/call-args.js";

/**
 * `%log_metric loss {x} step={epoch}`, `%log_metric loss={x}`, `%log_metric loss`.
 * Called in training loops; the session checks the value, and a failure surfaces at the end of the run or cell.
 */
export const logMetric = defineMagic({
  name: "log_metric",
  kind: "line",
  summary: "Log a metric on the active run, with a step if it is one of many",
  input: "args",
  args: [
    { name: "key", type: "string", doc: "The metric's name", positional: true, required: true, complete: "metric" },
    {
      name: "value",
      type: "number",
      doc: "A number; NaN and infinities are kept",
      positional: true,
      required: true,
      complete: "variable",
    },
    { name: "step", type: "number", doc: "Whole number, may be negative; default: 0" },
    { name: "timestamp", type: "number", doc: "Time of the value in ms since the epoch; default: now" },
  ],
  shorthand: true,
  lowering: "call",
  examples: ["%log_metric loss {loss} step={epoch}", "%log_metric rmse={rmse(model, test)}", "%log_metric accuracy"],
  script: ({ arg }) => ({
    calls: [
      callText("logMetric", arg("key"), arg("value"), objectText({ step: arg("step"), timestamp: arg("timestamp") })),
    ],
  }),
  run({ key, value, step, timestamp }, { session }) {
    const options = step === undefined && timestamp === undefined ? undefined : { step, timestamp };
    void session.logMetric(key, value, options);
  },
});

/** `%log_metrics rmse={…} r2={…} step=3`. */
export const logMetrics = defineMagic({
  name: "log_metrics",
  kind: "line",
  summary: "Log metrics on the active run: names of variables, key=value pairs or an object",
  input: "args",
  args: [
    {
      name: "metrics",
      type: "record",
      tsType: tsType<Readonly<Record<string, number>>>("Readonly<Record<string, number>>"),
      doc: "An object; each of its keys becomes a metric",
      positional: true,
    },
    { name: "step", type: "number", doc: "Step of all of them; default: 0" },
    { name: "timestamp", type: "number", doc: "Time of the values in ms since the epoch; default: now" },
  ],
  extraArgs: { type: "number", doc: "A metric by its name", complete: "metric" },
  shorthand: true,
  lowering: "call",
  examples: ["%log_metrics rmse r2", "%log_metrics loss={loss} acc={acc} step={epoch}", "%log_metrics {scores}"],
  script: ({ arg }) => {
    const options = objectText({ step: arg("step"), timestamp: arg("timestamp") });
    return { calls: [callText("logMetrics", mergedText(arg("metrics"), arg("extra")), options)] };
  },
  run({ metrics, extra, step, timestamp }, { session }) {
    void session.logMetrics(namedValues("metrics", metrics, extra), { step, timestamp });
  },
});
