import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ExperimentJson } from "../../server/page/page-json.js";
import { compareQuery } from "../compare/compare-state.js";
import { Empty } from "../parts/empty.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { MenuButton } from "../parts/menu.js";
import { Snippet } from "../parts/snippet.js";
import { useTitle } from "../parts/use-title.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { AskError } from "../server/ask.js";
import { useServices } from "../services.js";
import { ColumnChooser } from "./column-chooser.js";
import { csvOf, jsonOf, save } from "./download.js";
import { ExperimentHeader } from "./experiment-header.js";
import { FilterBox } from "./filter-box.js";
import { KeyboardHelp } from "./keyboard-help.js";
import { searchedWords } from "./name-filter.js";
import { mostCompared, runsReading } from "./runs-reading.js";
import { RunsTable } from "./runs-table.js";
import { SavedViews } from "./saved-views.js";
import { SelectionBar } from "./selection-bar.js";
import { useRuns } from "./use-runs.js";
import { useRunsTable } from "./use-runs-table.js";
import { parseView, printView, type RunsView } from "./view-state.js";

/** The runs of one experiment or several. */
export function RunsPage({ experimentIds, query }: { experimentIds: string[]; query: URLSearchParams }) {
  const { experiments, toast } = useServices();
  const text = query.toString();
  const view = useMemo(() => parseView(query), [text]);
  const change = useCallback(
    (part: Partial<RunsView>, { replace = false } = {}) =>
      goTo(hrefs.runs(experimentIds, printView({ ...view, ...part })), { replace }),
    [view, experimentIds],
  );
  const setWhere = useCallback((where: string, replace = false) => change({ where }, { replace }), [change]);
  const asked = useRuns(runsReading(experimentIds, view));
  const wrongFilter = asked.error instanceof AskError && asked.error.code === "INVALID_PARAMETER_VALUE";
  // While a filter is wrong, and while runs are awaited, those before stay.
  const kept = useRef(asked.value);
  kept.current = asked.value ?? kept.current;
  const set = kept.current;

  const known = experiments.value?.experiments;
  const several = experimentIds.length > 1;
  const names = useExperimentNames(known, several || text.includes("experiment"));
  const shownExperiments = experimentIds.flatMap((id) => known?.find((one) => one.id === id) ?? []);
  const [experiment] = shownExperiments;
  useTitle(several ? `${experimentIds.length} experiments` : experiment?.name);

  const table = useRunsTable(set, view, change, { names, several });
  const { columns, shownIds, shown, runs, group, baseline, selected, selectedRuns } = table;
  const [choosing, setChoosing] = useState(false);
  const [helping, setHelping] = useState(false);
  const compare = () => {
    const compared = selectedRuns.length > 0 ? runs.filter(({ id }) => selected.has(id)) : runs;
    if (compared.length > 1 && compared.length <= mostCompared && !view.deleted) {
      goTo(hrefs.compare(compareQuery(compared, baseline)));
    }
  };
  useShortcuts({
    help: () => setHelping(true),
    compare: () => {
      if (selectedRuns.length > 1) compare();
      else toast({ text: "Select two runs or more to compare them: with their boxes, or with Space." });
    },
  });
  const download = (as: "csv" | "json") => {
    const taken = selectedRuns.length > 0 ? runs.filter(({ id }) => selected.has(id)) : runs;
    const name = `${several ? "runs" : (experiment?.name ?? "runs")}.${as}`;
    if (as === "csv") save(name, "text/csv", csvOf(taken, shown.columns));
    else save(name, "application/json", jsonOf(taken, shown.columns));
  };
  const partial = set?.partial === true;
  const comparable = selectedRuns.length > 0 ? selectedRuns.length : runs.length;
  const missing = known !== undefined && experiment === undefined;
  return (
    <div class="page runs-page">
      {several ? (
        <div class="page-head">
          <h1>{experimentIds.length} experiments</h1>
          <span class="faint">{shownExperiments.map(({ name }) => name).join(", ")}</span>
        </div>
      ) : (
        // Its room is kept until the experiments are there: what stands below does not move.
        (experiment && <ExperimentHeader experiment={experiment} />) || (!missing && <div class="page-head" />)
      )}
      <div class="toolbar" role="toolbar" aria-label="Runs">
        <FilterBox where={view.where} set={set} error={asked.error} change={setWhere} />
        <button type="button" class="button" aria-label="Columns" title="Columns" onClick={() => setChoosing(true)}>
          <Icon name="columns" /> <span class="button-text">Columns</span>
        </button>
        {experiment && !several && (
          <SavedViews
            experimentId={experiment.id}
            tags={experiment.tags}
            query={printView({ ...view, selected: [] }).toString()}
          />
        )}
        <MenuButton
          label="More"
          buttonClass="button square"
          items={[
            {
              label: selectedRuns.length > 0 ? "Compare the selected runs" : "Compare all runs",
              icon: "compare",
              disabled: comparable < 2 || comparable > mostCompared || view.deleted || partial,
              run: compare,
            },
            "line",
            { label: "Download as CSV", icon: "download", disabled: partial, run: () => download("csv") },
            { label: "Download as JSON", icon: "download", disabled: partial, run: () => download("json") },
            "line",
            {
              label: "Deleted runs",
              checked: view.deleted,
              run: () => change({ deleted: !view.deleted, selected: [] }),
            },
            "line",
            { label: "Keyboard", icon: "help", run: () => setHelping(true) },
          ]}
        >
          <Icon name="more" />
        </MenuButton>
      </div>
      {(group || baseline || view.deleted) && (
        <div class="chips">
          {view.deleted && <Chip text="Deleted runs" remove={() => change({ deleted: false, selected: [] })} />}
          {group && <Chip text={`Grouped by ${group.label}`} remove={() => change({ group: undefined })} />}
          {baseline && <Chip text={`Against ${baseline.name}`} remove={() => change({ baseline: undefined })} />}
        </div>
      )}
      {asked.error && !wrongFilter && <ErrorBox error={asked.error} again={asked.again} />}
      {missing && (
        <Empty title="There is no such experiment" alone>
          <p>
            It may have been removed. <a href={hrefs.experiments()}>All experiments</a>
          </p>
        </Empty>
      )}
      {set && set.runs.length === 0 && !missing && (
        <NoRuns view={view} name={experiment?.name} clear={() => setWhere("")} />
      )}
      {set && set.runs.length > 0 && (
        <RunsTable
          table={table}
          view={view}
          label={several ? "Runs of several experiments" : `Runs of ${experiment?.name ?? "the experiment"}`}
        />
      )}
      {set && set.runs.length > 0 && (
        <footer class="table-foot">
          {selectedRuns.length > 0 && (
            <SelectionBar
              runs={selectedRuns}
              deleted={view.deleted}
              baseline={baseline}
              setBaseline={(id) => change({ baseline: id })}
              clear={table.clear}
              compare={compare}
              again={asked.again}
            />
          )}
          <span role="status">
            {set.runs.length.toLocaleString("en-US")} {set.runs.length === 1 ? "run" : "runs"}
            {set.partial ? ", the newest; reading the others …" : set.more && ", the newest; filter to see others"}
            {view.where !== "" && !wrongFilter && " found"}
          </span>
        </footer>
      )}
      {choosing && (
        <ColumnChooser
          columns={columns}
          shown={shownIds}
          pinned={view.pinned}
          change={(part) => change(part, { replace: true })}
          close={() => setChoosing(false)}
        />
      )}
      {helping && <KeyboardHelp close={() => setHelping(false)} />}
    </div>
  );
}

function Chip({ text, remove }: { text: string; remove(): void }) {
  return (
    <span class="chip">
      <span class="chip-text">{text}</span>
      <button type="button" class="tag-remove" aria-label={`Remove: ${text}`} onClick={remove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

function NoRuns({ view, name, clear }: { view: RunsView; name: string | undefined; clear(): void }) {
  const words = searchedWords(view.where);
  if (view.where !== "") {
    return (
      <Empty title={words === undefined ? "No run matches the filter" : `No run has ${words} in its name`}>
        {words !== undefined && (
          <p>
            To find runs by what they logged, compare it: <code>metrics.rmse &lt; 0.5</code>
          </p>
        )}
        <button type="button" class="button" onClick={clear}>
          Clear the filter
        </button>
      </Empty>
    );
  }
  if (view.deleted) return <Empty title="No deleted runs" />;
  return (
    <Empty title="No runs yet">
      <p>A cell of a notebook is a run when it begins with %%run:</p>
      <Snippet code={`%%run name=first experiment="${name ?? "cars"}"\n%log_param alpha=0.5\n%log_metric rmse 0.42`} />
      <p>Or log from Python:</p>
      <Snippet
        code={`mlflow.set_tracking_uri("${location.origin}")\nmlflow.set_experiment("${name ?? "cars"}")\nwith mlflow.start_run():\n    mlflow.log_metric("rmse", 0.42)`}
      />
    </Empty>
  );
}

/** Names by id, when a column shows them: they are read again while runs log, and new ones would have all columns made anew. */
function useExperimentNames(known: readonly ExperimentJson[] | undefined, shown: boolean): ReadonlyMap<string, string> {
  const names = shown ? JSON.stringify(known?.map(({ id, name }) => [id, name]) ?? []) : "[]";
  return useMemo(() => new Map(JSON.parse(names) as Array<[string, string]>), [names]);
}

/** Keys that work wherever no text is written. */
function useShortcuts(actions: { help(): void; compare(): void }): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog")) return;
      if (event.key === "/") document.getElementById("filter")?.focus();
      else if (event.key === "?") latest.current.help();
      else if (event.key === "c") latest.current.compare();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  });
}
