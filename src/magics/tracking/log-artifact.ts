import type { TableData } from "../../tracking/artifact-formats.js";
import { homePath, homePathText } from "../../user-folders.js";
import { defineMagic, tsType } from "../define-magic.js";
import { callText } from "../language/script.js";

/** `%log_artifact plots/roc.png to=plots`: a file or a folder is copied into the run. */
export const logArtifact = defineMagic({
  name: "log_artifact",
  kind: "line",
  summary: "Copy a file or a folder into the active run",
  input: "args",
  args: [
    {
      name: "path",
      type: "string",
      doc: "A file or folder on this machine",
      positional: true,
      required: true,
      complete: "file",
    },
    { name: "to", type: "string", doc: "Folder inside the run; default: its top level", positional: true },
  ],
  lowering: "call",
  examples: ["%log_artifact model.onnx", '%log_artifact "my plots/roc.png" to=plots'],
  script({ arg, literal }) {
    const inHome = homePathText(literal("path"));
    return {
      calls: [callText("logArtifact", inHome?.text ?? arg("path"), arg("to"))],
      ...(inHome && { imports: inHome.imports }),
    };
  },
  run({ path, to }, { session }) {
    void session.logArtifact(homePath(path), to);
  },
});

/** `%log_text {report} to=report.md`. */
export const logText = defineMagic({
  name: "log_text",
  kind: "line",
  summary: "Save text as a file in the active run",
  input: "args",
  args: [
    {
      name: "text",
      type: "string",
      doc: "The file's content",
      positional: true,
      required: true,
      mayBeEmpty: true,
      complete: "variable",
    },
    { name: "to", type: "string", doc: "Path inside the run, e.g. notes/report.md", positional: true, required: true },
  ],
  lowering: "call",
  examples: ["%log_text {report} to=report.md", '%log_text "no outliers removed" notes.txt'],
  script: ({ arg }) => ({ calls: [callText("logText", arg("text"), arg("to"))] }),
  run({ text, to }, { session }) {
    void session.logText(text, to);
  },
});

/** `%log_table {rows} to=predictions.json`: as MLflow's log_table, a second call with the same file adds its rows. */
export const logTable = defineMagic({
  name: "log_table",
  kind: "line",
  summary: "Save rows or columns as a table in the active run; logging to the same file again appends rows",
  input: "args",
  args: [
    {
      name: "data",
      type: "value",
      tsType: tsType<TableData>("ReadonlyArray<object> | Readonly<Record<string, ArrayLike<unknown>>>"),
      doc: "Rows as objects, or an object of columns",
      positional: true,
      required: true,
      complete: "variable",
    },
    { name: "to", type: "string", doc: "Path inside the run, ending in .json", positional: true, required: true },
  ],
  lowering: "call",
  examples: ["%log_table {predictions} to=predictions.json"],
  script: ({ arg }) => ({ calls: [callText("logTable", arg("data"), arg("to"))] }),
  run({ data, to }, { session }) {
    void session.logTable(data, to);
  },
});

/** `%log_figure {spec} to=residuals.svg`: a Vega-Lite spec as JSON, or drawn. */
export const logFigure = defineMagic({
  name: "log_figure",
  kind: "line",
  summary: "Save a Vega-Lite chart in the active run, as .json or rendered as .svg",
  input: "args",
  args: [
    {
      name: "figure",
      type: "value",
      tsType: tsType<Readonly<Record<string, unknown>>>("object"),
      doc: "A Vega-Lite spec with inline data",
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
