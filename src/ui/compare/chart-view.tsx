import { useMemo } from "preact/hooks";
import { own } from "../../own.js";
import { paramImportanceChart } from "../../render/charts/param-importance.js";
import { drawView } from "../../render/compare.js";
import { type CompareOptions, comparedParam, differingParams } from "../../render/compared-runs.js";
import { paramImportance } from "../../render/param-importance.js";
import type { RunRow } from "../../render/rows.js";
import { Empty } from "../parts/empty.js";
import { Snippet } from "../parts/snippet.js";
import { VegaChart } from "../parts/vega-chart.js";
import { type ChangeState, type CompareState, keyOf, type View } from "./compare-state.js";
import { Choice, Choices } from "./view-options.js";

export type ChartedView = Exclude<View, "table" | "curves" | "diff">;

/** What every view of the runs gets. */
export interface ViewProps {
  rows: readonly RunRow[];
  /** The metric that is compared. */
  metric: string;
  /** All metrics, by how many of the runs have them. */
  metrics: readonly string[];
  state: CompareState;
  change: ChangeState;
  /** What all charts of these runs have in common: goals, colours, baseline. */
  common: Pick<CompareOptions, "goals" | "colours" | "baseline">;
}

const names: Readonly<Record<ChartedView, string>> = {
  parallel: "Parallel coordinates",
  scatter: "A scatter plot",
  box: "A box plot",
  contour: "A contour",
  bars: "Bars",
  matrix: "A matrix",
  importance: "Importance",
};

/** The runs as one of the charts of `%compare`, with what can be chosen for it. */
export function ChartView({ view, ...props }: ViewProps & { view: ChartedView }) {
  const { rows, metric, metrics, state, change, common } = props;
  const differing = useMemo(() => differingParams(rows), [rows]);
  // What nobody has chosen is drawn by the params that decide most.
  const ranked = useMemo(() => {
    const telling = paramImportance(rows, metric).filter(({ importance }) => importance !== undefined);
    return [...new Set([...telling.map(({ param }) => param), ...differing])];
  }, [rows, metric, differing]);
  const options = optionsOf(view, props, ranked, differing);
  const key = JSON.stringify(options);
  const drawing = useMemo(
    () =>
      view === "importance"
        ? (paramImportanceChart(metric, paramImportance(rows, metric)) ?? {
            lacks: "four runs or more with the metric, and a param of which several runs share a value",
          })
        : drawView(rows, view, { ...common, ...options }),
    [rows, view, metric, key, common],
  );
  const others = metrics.filter((one) => one !== metric);
  const paramChoice = (label: string, value: string | undefined, choose: (key: string) => void, from = differing) =>
    from.length > 1 && <Choice label={label} value={value} options={from.map((one) => [one, one])} choose={choose} />;
  const chosen = options.params ?? [];
  const [first, second] = chosen;
  const numeric = useMemo(
    () => differing.filter((one) => comparedParam(rows, one).scale !== "category"),
    [rows, differing],
  );
  return (
    <>
      <div class="chart-options">
        {(view === "parallel" || view === "matrix") && differing.length > 1 && (
          <Choices
            label="Params"
            all={[...chosen, ...differing.filter((one) => !chosen.includes(one))]}
            chosen={chosen}
            choose={(params) => change({ params: params.length === 0 ? undefined : params })}
          />
        )}
        {(view === "matrix" || view === "bars") && others.length > 0 && (
          <Choices
            label="More metrics"
            all={others}
            chosen={options.metrics?.slice(1) ?? []}
            choose={(more) => change({ metrics: [metric, ...more] })}
          />
        )}
        {view === "scatter" && differing.length + others.length > 1 && (
          <Choice
            label="Across"
            value={acrossOf(state, ranked, others)}
            options={[
              ...differing.map((one) => [`params.${one}`, one] as const),
              ...others.map((one) => [`metrics.${one}`, `${one} (metric)`] as const),
            ]}
            choose={(across) => change({ across })}
          />
        )}
        {view === "box" && paramChoice("By", first, (box) => change({ box }))}
        {view === "contour" && (
          <>
            {paramChoice("Across", first, (one) => change({ over: [one, one === second ? first : second] }), numeric)}
            {paramChoice("Up", second, (one) => change({ over: [one === first ? second : first, one] }), numeric)}
          </>
        )}
      </div>
      {"lacks" in drawing ? (
        <Lacking what={names[view]} lacks={drawing.lacks} />
      ) : (
        <VegaChart ours spec={drawing.spec} label={`${names[view]}: ${metric} of ${rows.length} runs`} />
      )}
    </>
  );
}

/** Which metrics and params a view is drawn from. */
function optionsOf(
  view: ChartedView,
  { rows, metric, metrics, state }: ViewProps,
  ranked: readonly string[],
  differing: readonly string[],
): { metrics?: string[]; params?: string[] } {
  const known = (key: string | undefined) => (key !== undefined && differing.includes(key) ? key : undefined);
  const several = [metric, ...state.metrics.filter((one) => one !== metric && metrics.includes(one))];
  const params = state.params?.filter((one) => differing.includes(one)) ?? differing;
  switch (view) {
    case "parallel":
      return { metrics: [metric], params: [...params] };
    case "matrix":
      return { metrics: several, params: [...params] };
    case "scatter": {
      const across = keyOf(
        acrossOf(
          state,
          ranked,
          metrics.filter((one) => one !== metric),
        ) ?? "",
      );
      if (across === undefined) return { metrics: [metric], params: [] };
      return across.kind === "params"
        ? { metrics: [metric], params: [across.key, ...differing.filter((key) => key !== across.key)] }
        : { metrics: [metric, across.key], params: [] };
    }
    case "box": {
      // A box is made of several runs.
      const shared = ranked.find((key) => valuesOf(rows, key) <= Math.max(2, rows.length / 3));
      const one = known(state.box) ?? shared ?? ranked[0];
      return { metrics: [metric], params: one === undefined ? [] : [one] };
    }
    case "contour": {
      const numeric = ranked.filter((key) => comparedParam(rows, key).scale !== "category");
      const wanted = state.over.map((key) => (key !== undefined && numeric.includes(key) ? key : undefined));
      const x = wanted[0] ?? numeric.find((key) => key !== wanted[1]);
      const y = wanted[1] ?? numeric.find((key) => key !== x);
      return { metrics: [metric], params: [x, y].filter((key) => key !== undefined) };
    }
    default:
      return { metrics: several, params: [...differing] };
  }
}

/** The id of what lies across a scatter plot: as chosen, else the first there is. */
function acrossOf(state: CompareState, params: readonly string[], metrics: readonly string[]): string | undefined {
  const ids = [...params.map((key) => `params.${key}`), ...metrics.map((key) => `metrics.${key}`)];
  return ids.find((id) => id === state.across) ?? ids[0];
}

function valuesOf(rows: readonly RunRow[], param: string): number {
  return new Set(rows.map(({ data }) => own(data.params, param)).filter((value) => value !== undefined)).size;
}

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
