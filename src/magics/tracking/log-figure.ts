import { tsType } from "../define-magic.js";
import { callText } from "../language/script.js";
import type { Magic } from "../magic.js";
import { requiredText } from "../runtime/read-args.js";

/** `%log_figure {spec} to=residuals.svg`: a Vega-Lite spec as JSON, or drawn. */
export const logFigure: Magic = {
  name: "log_figure",
  kind: "line",
  summary: "Keep a Vega-Lite chart in the active run, as .json or drawn as .svg",
  input: "args",
  args: [
    {
      name: "figure",
      type: "value",
      tsType: tsType<unknown>("object"),
      doc: "A Vega-Lite spec, its data inline",
      positional: true,
      required: true,
      complete: "variable",
    },
    {
      name: "to",
      type: "string",
      doc: "Path inside the run, ending in .json or .svg",
      positional: true,
      required: true,
    },
  ],
  lowering: "call",
  examples: ["%log_figure {spec} to=residuals.svg", "%log_figure {spec} to=plots/residuals.json"],
  script: ({ arg }) => ({ calls: [callText("logFigure", arg("figure"), arg("to"))] }),
  run(args, { session }) {
    void session.logFigure(args.figure as Record<string, unknown>, requiredText("log_figure", args, "to"));
  },
};
