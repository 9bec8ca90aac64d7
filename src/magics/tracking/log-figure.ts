import { defineMagic, tsType } from "../define-magic.js";
import { callText } from "../language/script.js";

/** `%log_figure {spec} to=residuals.svg`: a Vega-Lite spec as JSON, or drawn. */
export const logFigure = defineMagic({
  name: "log_figure",
  kind: "line",
  summary: "Keep a Vega-Lite chart in the active run, as .json or drawn as .svg",
  input: "args",
  args: [
    {
      name: "figure",
      type: "value",
      tsType: tsType<Readonly<Record<string, unknown>>>("object"),
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
  run({ figure, to }, { session }) {
    void session.logFigure(figure, to);
  },
});
