import { recordTable } from "../../render/record-table.js";
import { tableBundle } from "../../render/table.js";
import { type TableData, tablePath, toTable } from "../../tracking/artifact-formats.js";
import { defineMagic, tsType } from "../define-magic.js";
import { callText } from "../language/script.js";
import { say } from "../runtime/say.js";

/** Rows of a table shown at first where it is logged. */
const firstRows = 5;

/** `%log_table {rows} to=predictions.json`: as MLflow's log_table, a second call with the same file adds its rows; and it is shown. */
export const logTable = defineMagic({
  name: "log_table",
  kind: "line",
  summary:
    "Save rows or columns as a table in the active run, and show it; logging to the same file again appends rows",
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
    { name: "quiet", type: "boolean", doc: "Do not show it" },
  ],
  lowering: "call",
  examples: ["%log_table {predictions} to=predictions.json", "%log_table {batch} to=predictions.json quiet"],
  script: ({ arg }) => ({ calls: [callText("logTable", arg("data"), arg("to"))] }),
  run({ data, to, quiet }, { session, output }) {
    void session.logTable(data, to);
    if (quiet) return;
    let table: ReturnType<typeof toTable>;
    try {
      tablePath(to);
      table = toTable(data);
    } catch {
      // The log call's own error says what is wrong with it.
      return;
    }
    if (table.columns.length === 0) return say(output, `${to} has no rows.`);
    // A look at it: the run's card below matters more, and `%run_info` shows more of it.
    const look = { caption: to, pageRows: firstRows, maxTextRows: firstRows };
    output.display(tableBundle({ ...recordTable(table), ...look }));
  },
});
