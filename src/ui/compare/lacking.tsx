import { Empty } from "../parts/empty.js";
import { Snippet } from "../parts/snippet.js";

/** What stands where a view cannot be drawn: what it needs, and how runs come to have it. */
export function Lacking({ what, lacks }: { what: string; lacks: string }) {
  const history = lacks.includes("more than once");
  const code = history
    ? "%%run name=first\nfor (let epoch = 0; epoch < 50; epoch++) {\n  %log_metric loss {1 / (1 + epoch)} step={epoch}\n}"
    : "%%run name=first\n%log_param alpha=0.5\n%log_metric rmse 0.42";
  return (
    <Empty title={`${what} needs ${lacks}`}>
      <p>
        {history ? "A metric has a history when it is logged step by step:" : "Params and metrics are what cells log:"}
      </p>
      <Snippet code={code} />
      <p>Or choose other runs, or another metric or param above.</p>
    </Empty>
  );
}
