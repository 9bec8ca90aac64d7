import { drawnAsSvg, vegaLiteMimeType, vegaLiteSchema } from "../../render/drawing.js";
import { stillPicture } from "../../render/static/chart-bundle.js";
import { checkFigure, type Figure, svgOfFigure } from "../../tracking/figure.js";
import { withLocalData } from "../../tracking/figure-data.js";
import { visible } from "../../visible.js";
import { defineMagic, tsType } from "../define-magic.js";
import { callText } from "../language/script.js";
import type { MagicContext } from "../magic.js";

/** `%log_figure {spec} to=residuals.svg`: a Vega-Lite spec as JSON or drawn, or an SVG; and it is shown. */
export const logFigure = defineMagic({
  name: "log_figure",
  kind: "line",
  summary:
    "Save a Vega-Lite chart in the active run as .json or drawn as .svg, or an SVG as Observable Plot makes it, and show it",
  input: "args",
  args: [
    {
      name: "figure",
      type: "value",
      tsType: tsType<Figure>("object | string"),
      doc: "A Vega-Lite spec, with its data or the name of a local file, or an SVG element",
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
    { name: "quiet", type: "boolean", doc: "Do not show it" },
  ],
  lowering: "call",
  examples: [
    "%log_figure {spec} to=residuals.svg",
    "%log_figure {spec} to=plots/residuals.json",
    "%log_figure {Plot.plot(options)} to=plot.svg",
  ],
  script: ({ arg }) => ({ calls: [callText("logFigure", arg("figure"), arg("to"))] }),
  run({ figure, to, quiet }, { session, output }) {
    void session.logFigure(figure, to);
    if (!quiet) session.alongside(show(figure, to, output));
  },
});

/** What is no figure is left to the log call, whose error says so. */
async function show(given: Figure, to: string, output: MagicContext["output"]): Promise<void> {
  const svg = svgOfFigure(given);
  let figure: Figure;
  try {
    figure = withLocalData(given, to);
    checkFigure(figure, to);
  } catch {
    return;
  }
  if (svg !== undefined) {
    output.display({ data: { "image/svg+xml": svg, "text/plain": visible(`Figure ${to}`) } });
    return;
  }
  // As it is now: drawing takes a moment, and must change nothing of the user's.
  const spec = JSON.parse(JSON.stringify(figure)) as Record<string, unknown>;
  const isVega = typeof spec.$schema === "string" && /\/schema\/vega\//.test(spec.$schema);
  const type = isVega ? "application/vnd.vega.v5+json" : vegaLiteMimeType;
  output.display({
    data: {
      [type]: drawnAsSvg(isVega ? spec : { ...spec, $schema: vegaLiteSchema }),
      "image/svg+xml": await stillPicture(spec),
      "text/plain": visible(`Figure ${to}`),
    },
  });
}
