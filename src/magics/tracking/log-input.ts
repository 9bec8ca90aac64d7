import type { TableData } from "../../tracking/artifact-formats.js";
import { defineMagic, tsType } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";

/** `%log_input cars {train} source=cars.csv context=training`: which data a run has seen, by digest, not the data itself. */
export const logInput = defineMagic({
  name: "log_input",
  kind: "line",
  summary: "Record which dataset the active run uses: its name, source, digest and size, not its content",
  input: "args",
  args: [
    { name: "name", type: "string", doc: "The dataset's name", positional: true, required: true },
    {
      name: "data",
      type: "value",
      tsType: tsType<TableData>("ReadonlyArray<object> | Readonly<Record<string, ArrayLike<unknown>>>"),
      doc: "Rows as objects, or an object of columns; the digest is computed from them",
      positional: true,
      complete: "variable",
    },
    { name: "source", type: "string", doc: "Where the data came from: a path or URL", complete: "file" },
    { name: "context", type: "string", doc: "What it is used for", complete: ["training", "validation", "testing"] },
    { name: "digest", type: "string", doc: "Your own digest, if no data is given" },
    { name: "tag", type: "string", prefix: true, doc: "A tag of this input: tag.split=0.75" },
  ],
  lowering: "call",
  examples: ["%log_input cars {train} source=cars.csv context=training"],
  script: ({ arg }) => {
    const names = ["name", "data", "source", "context", "digest"];
    const options = Object.fromEntries(names.map((name) => [name, arg(name)]));
    return { calls: [callText("logInput", objectText({ ...options, tags: arg("tag") }))] };
  },
  run({ tag: tags, ...input }, { session }) {
    void session.logInput({ ...input, tags });
  },
});
