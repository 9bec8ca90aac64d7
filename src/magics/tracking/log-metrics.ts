import { tsType } from "../define-magic.js";
import { callText, mergedText, objectText } from "../language/script.js";
import type { Magic } from "../magic.js";
import { namedValues, optionalNumber } from "../runtime/read-args.js";

/** `%log_metrics rmse={…} r2={…} step=3`. */
export const logMetrics: Magic = {
  name: "log_metrics",
  kind: "line",
  summary: "Log metrics on the active run: names of variables, key=value pairs or an object",
  input: "args",
  args: [
    {
      name: "metrics",
      type: "value",
      tsType: tsType<unknown>("Readonly<Record<string, number>>"),
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
  run(args, { session }) {
    const metrics = namedValues(args, "metrics") as Record<string, number>;
    const options = { step: optionalNumber(args, "step"), timestamp: optionalNumber(args, "timestamp") };
    void session.logMetrics(metrics, options);
  },
};
