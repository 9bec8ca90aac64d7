import { defineMagic, tsType } from "../define-magic.js";
import { callText, mergedText, objectText } from "../language/script.js";
import { namedValues } from "../runtime/call-args.js";

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
    { name: "step", type: "number", doc: "Step of all of them; 0 when left out" },
    { name: "timestamp", type: "number", doc: "Time of the values in ms since the epoch; now when left out" },
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
