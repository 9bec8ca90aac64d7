import type { RunDetailsJson } from "../../server/page/page-json.js";
import { CopyButton } from "../parts/snippet.js";
import { readText } from "../server/artifacts.js";
import { useAsked } from "../server/use-asked.js";

/** Where `%%run` keeps the cell. */
const path = "runlab/cell.ts";

/** The text of the cell that was the run. */
export function CellCode({ run }: { run: RunDetailsJson }) {
  const fromCell = run.tags["runlab.cell.execution_count"] !== undefined;
  const code = useAsked(fromCell ? run.id : undefined, (signal) => readText(run.id, path, signal));
  if (code.value === undefined) return null;
  const { text } = code.value;
  return (
    <section class="panel">
      <h2>Cell</h2>
      <div class="snippet code">
        <pre>{text}</pre>
        <CopyButton text={text} what="the cell" />
      </div>
    </section>
  );
}
