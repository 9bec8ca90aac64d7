import { defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";

/**
 * `%log_metric loss {x} step={epoch}`, `%log_metric loss={x}`, `%log_metric loss`.
 * Called in training loops; the session checks the value, and a failure surfaces at the end of the run or cell.
 */
export const logMetric = defineMagic({
  name: "log_metric",
  kind: "line",
  summary: "Log a metric on the active run, with a step when it is one of many",
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
    { name: "step", type: "number", doc: "Whole number, may be negative; 0 when left out" },
    { name: "timestamp", type: "number", doc: "Time of the value in ms since the epoch; now when left out" },
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
