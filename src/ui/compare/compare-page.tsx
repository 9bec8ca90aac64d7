import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { metricGoal } from "../../metric-goal.js";
import { comparisonView } from "../../render/compare.js";
import { differingParams, sharedMetrics } from "../../render/compared-runs.js";
import { clip, plural } from "../../render/format-value.js";
import { RunColours } from "../../render/palette.js";
import { keysByUse } from "../../render/runs-table.js";
import { Empty } from "../parts/empty.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { MenuButton } from "../parts/menu.js";
import { useTitle } from "../parts/use-title.js";
import { ChartRoom } from "../parts/vega-chart.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { ColumnChooser } from "../runs/column-chooser.js";
import { csvOf, save } from "../runs/download.js";
import type { RunSet } from "../runs/run-set.js";
import { comparedReading } from "../runs/runs-reading.js";
import { RunsTable } from "../runs/runs-table.js";
import { useRuns } from "../runs/use-runs.js";
import { useRunsTable } from "../runs/use-runs-table.js";
import { printView, type RunsView } from "../runs/view-state.js";
import { useServices } from "../services.js";
import { ChartView, type ViewProps } from "./chart-view.js";
import { type ChangeState, type CompareState, parseState, printState, type View } from "./compare-state.js";
import { comparedRows } from "./compared-rows.js";
import { ComparedSelection } from "./compared-selection.js";
import { CurvesView } from "./curves-view.js";
import { DiffView } from "./diff-view.js";
import { Choice } from "./view-options.js";
import { ViewTabs } from "./view-tabs.js";

/** Columns that a first look shows; more than in a table of runs, since there is room below. */
const limits = { metrics: 20, params: 30 };
/** Pixels that the table takes below a chart, and without one. */
const tableHeight = 420;

/** Runs side by side, of one experiment or several. */
export function ComparePage({ query }: { query: URLSearchParams }) {
  const text = query.toString();
  const state = useMemo(() => parseState(query), [text]);
  const change: ChangeState = useCallback(
    (part, { replace = false } = {}) => goTo(hrefs.compare(printState({ ...state, ...part })), { replace }),
    [state],
  );
  const asked = useRuns(comparedReading(state.runs));
  useTitle(state.runs.length < 2 ? "Compare" : `Comparing ${plural(state.runs.length, "run")}`);
  const set = asked.value;
  const missing = set === undefined ? [] : state.runs.filter((id) => !set.runs.some((run) => run.id === id));
  const leaveOut = () => change({ runs: state.runs.filter((id) => !missing.includes(id)) }, { replace: true });
  return (
    <div class="page compare-page">
      {asked.error && <ErrorBox error={asked.error} again={asked.again} />}
      {missing.length > 0 && (
        <p class="compare-missing" role="status">
          {missing.length > 1 ? `${missing.length} of the runs are not there` : "One of the runs is not there"}:
          deleted, or of another store.{" "}
          <button type="button" class="link-button" onClick={leaveOut}>
            Leave {missing.length > 1 ? "them" : "it"} out
          </button>
        </p>
      )}
      {(state.runs.length < 2 || (set !== undefined && set.runs.length < 2)) && <TooFew set={set} />}
      {set === undefined && state.runs.length > 1 && state.view !== "table" && <ChartRoom />}
      {set !== undefined && set.runs.length > 1 && <Compared set={set} state={state} change={change} />}
    </div>
  );
}

function TooFew({ set }: { set: RunSet | undefined }) {
  const [only] = set?.runs ?? [];
  return (
    <Empty title="Choose two runs or more to compare">
      <p>
        In a table of runs, select them with their boxes or with Space, then press Compare or <kbd>c</kbd>. Runs of
        several experiments are in one table when their boxes at the side are checked.
      </p>
      <a class="button primary" href={only === undefined ? "#/" : hrefs.runs([only.experiment])}>
        Choose runs
      </a>
    </Empty>
  );
}

function Compared({ set, state, change }: { set: RunSet; state: CompareState; change: ChangeState }) {
  const { experiments } = useServices();
  const known = experiments.value?.experiments;
  const names = useMemo(() => new Map(known?.map(({ id, name }) => [id, name])), [known]);
  const experimentIds = [...new Set(set.runs.map(({ experiment }) => experiment))];
  const rows = useMemo(() => comparedRows(set), [set]);
  const metrics = useMemo(() => keysByUse(rows.map(({ data }) => data.metrics)), [rows]);
  const metric = state.metrics[0] ?? sharedMetrics(rows)[0];
  const changeTable = useCallback(
    (part: Partial<RunsView>, options?: { replace?: boolean }) =>
      change({ table: { ...state.table, ...part } }, options),
    [change, state.table],
  );
  // Unless somebody sorts, the best run comes first.
  const bestFirst = useMemo(() => sortedBy(state.table, metric), [state.table, metric]);
  const table = useRunsTable(set, bestFirst, changeTable, { names, several: experimentIds.length > 1, limits });
  const { columns, baseline, shown } = table;
  const [choosing, setChoosing] = useState(false);

  const goals = columns.flatMap(({ kind, label, goal }) =>
    kind === "metrics" && goal ? [[label, goal] as const] : [],
  );
  const colours = useMemo(() => new RunColours(), []);
  const baselineId = baseline?.id;
  const common = useMemo(
    () => ({
      goals: Object.fromEntries(goals),
      colours,
      ...(baselineId === undefined ? {} : { baseline: baselineId }),
    }),
    [JSON.stringify(goals), colours, baselineId],
  );
  // It stays while runs log more, which might suit another.
  const suiting = useRef<{ key: string; view: View } | undefined>(undefined);
  const key = `${metric} ${state.runs.join()}`;
  if (suiting.current?.key !== key) {
    const options = { metrics: metric === undefined ? [] : [metric] };
    suiting.current = { key, view: metric === undefined ? "table" : comparisonView(rows, options) };
  }
  const view = state.view ?? suiting.current.view;
  const goal = columns.find(({ id }) => id === `metrics.${metric}`)?.goal;
  const props: ViewProps | undefined =
    metric === undefined ? undefined : { rows, metric, metrics, state, change, common };
  const back = hrefs.runs(
    experimentIds,
    printView({ ...state.table, sort: [], columns: undefined, selected: state.runs }),
  );
  return (
    <>
      <div class="page-head">
        <h1>Comparing {plural(set.runs.length, "run")}</h1>
        <span class="compare-experiments">
          {experimentIds.slice(0, 6).map((id) => (
            <a key={id} href={hrefs.runs([id])}>
              {names.get(id) ?? id}
            </a>
          ))}
        </span>
        <span class="bar-space" />
        <a class="button" href={back}>
          Choose other runs
        </a>
        <MenuButton
          label="More"
          buttonClass="button square"
          items={[
            { label: "Columns…", icon: "columns", run: () => setChoosing(true) },
            {
              label: "Download as CSV",
              icon: "download",
              run: () => save("comparison.csv", "text/csv", csvOf(table.runs, shown.columns)),
            },
          ]}
        >
          <Icon name="more" />
        </MenuButton>
      </div>
      <div class="compare-head">
        {metric !== undefined && (
          <Choice
            label="Metric"
            value={metric}
            options={(metrics.includes(metric) ? metrics : [metric, ...metrics]).map((one) => [one, one])}
            choose={(one) => change({ metrics: [one, ...state.metrics.slice(1).filter((other) => other !== one)] })}
          />
        )}
        {goal && <span class="faint">{goal === "min" ? "lower" : "higher"} is better</span>}
        <ViewTabs view={view} choose={(one) => change({ view: one })} />
      </div>
      {view !== "table" && (
        <section class="compare-view" id="compare-view" role="tabpanel" aria-labelledby={`tab-${view}`}>
          {view === "diff" ? (
            <DiffView {...(props ?? { rows, metric: "", metrics, state, change, common })} />
          ) : props === undefined ? (
            <NoMetric />
          ) : view === "curves" ? (
            <CurvesView {...props} />
          ) : (
            <ChartView {...props} view={view} />
          )}
        </section>
      )}
      <section class="compare-table" id="compare-table" aria-label="Values">
        <RunsTable
          table={table}
          view={bestFirst}
          label="The runs that are compared"
          most={view === "table" ? set.runs.length * 60 + tableHeight : tableHeight}
        />
        <div class="table-foot">
          <ComparedSelection table={table} state={state} change={change} />
          <span class="faint same-note">{sameText(rows)}</span>
        </div>
      </section>
      {choosing && (
        <ColumnChooser
          columns={columns}
          shown={table.shownIds}
          pinned={bestFirst.pinned}
          change={(part) => changeTable(part, { replace: true })}
          close={() => setChoosing(false)}
        />
      )}
    </>
  );
}

function sortedBy(view: RunsView, metric: string | undefined): RunsView {
  if (view.sort.length > 0 || metric === undefined) return view;
  const id = `metrics.${metric}`;
  const descending = (metricGoal(metric) === "max") !== view.flipped.includes(id);
  return { ...view, sort: [{ id, descending }] };
}

function NoMetric() {
  return (
    <Empty title="These runs have no metric">
      <p>
        A metric is logged in the cell of a run: <code>%log_metric rmse 0.42</code>. Until then their params are in the
        table, and Diff shows their code.
      </p>
    </Empty>
  );
}

/** The params that need no column, in one line. */
function sameText(rows: ViewProps["rows"]): string {
  const differing = new Set(differingParams(rows));
  const first = Object.entries(rows[0]?.data.params ?? {});
  const same = first.filter(([key]) => !differing.has(key)).map(([key, value]) => `${key}=${value}`);
  return same.length === 0 ? "" : clip(`Same in all runs: ${same.join(", ")}`, 300);
}
