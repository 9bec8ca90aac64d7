import type { TableData } from "../../tracking/artifact-formats.js";
import { defineMagic, tsType } from "../define-magic.js";
import { callText } from "../language/script.js";

/** `%log_table {rows} to=predictions.json`: as MLflow's log_table, a second call with the same file adds its rows. */
export const logTable = defineMagic({
  name: "log_table",
  kind: "line",
  summary: "Keep rows or columns as a table of the active run; the same file again adds rows",
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
