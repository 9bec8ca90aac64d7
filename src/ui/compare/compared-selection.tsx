import { plural } from "../../render/format-value.js";
import { Icon } from "../parts/icon.js";
import type { RunsTableState } from "../runs/use-runs-table.js";
import type { ChangeState, CompareState } from "./compare-state.js";

/** What can be done with runs that are selected among those compared. */
export function ComparedSelection({
  table: { selectedRuns, baseline, clear, actions },
  state,
  change,
}: {
  table: RunsTableState;
  state: CompareState;
  change: ChangeState;
}) {
  if (selectedRuns.length === 0) return <span />;
  const ids = selectedRuns.map(({ id }) => id);
  const [first, second] = ids;
  const unselected = { ...state.table, selected: [] };
  const left = state.runs.filter((id) => !ids.includes(id));
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selected runs">
      <span class="selection-count">{selectedRuns.length} selected</span>
      {ids.length === 1 && (
        <button
          type="button"
          class="button"
          onClick={() => actions.change({ baseline: first === baseline?.id ? undefined : first })}
        >
          <Icon name="star" /> {first === baseline?.id ? "No baseline" : "Set as baseline"}
        </button>
      )}
      {ids.length === 2 && (
        <button type="button" class="button" onClick={() => change({ view: "diff", pair: [second, first] })}>
          Diff
        </button>
      )}
      {ids.length > 1 && left.length > 0 && (
        <button
          type="button"
          class="button"
          onClick={() => change({ runs: state.runs.filter((id) => ids.includes(id)), table: unselected })}
        >
          Keep only these
        </button>
      )}
      {left.length > 1 && (
        <button type="button" class="button" onClick={() => change({ runs: left, table: unselected })}>
          Leave out<span class="sr"> {plural(ids.length, "run")}</span>
        </button>
      )}
      <button type="button" class="button plain" onClick={clear}>
        Clear
      </button>
    </div>
  );
}
