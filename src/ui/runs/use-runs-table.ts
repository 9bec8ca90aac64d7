import { useCallback, useMemo, useState } from "preact/hooks";
import type { RunJson } from "../../server/page/page-json.js";
import { bestValues, groupRuns, nestRuns, type Row, sortRuns } from "./arrange.js";
import { type Column, type ColumnLimits, columnsOf, defaultColumns } from "./columns.js";
import type { RunSet } from "./run-set.js";
import { Sparks } from "./sparks.js";
import type { RunsView, TableActions } from "./view-state.js";

/** All that a table of runs shows, and what can be done to it. */
export interface RunsTableState {
  /** Every column there can be. */
  columns: readonly Column[];
  shownIds: readonly string[];
  /** Those that are shown, in their order; the first `pinned` of them stay at the left. */
  shown: { columns: Column[]; pinned: number };
  best: ReadonlyMap<string, number>;
  /** In their order. */
  runs: readonly RunJson[];
  rows: readonly Row[];
  /** The column by which runs are grouped. */
  group: Column | undefined;
  baseline: RunJson | undefined;
  selected: ReadonlySet<string>;
  selectedRuns: readonly RunJson[];
  clear(): void;
  sparks: Sparks;
  /** Changes when curves have come. */
  sparkCount: number;
  actions: TableActions;
}

/** @param names - of experiments by their ids */
export function useRunsTable(
  set: RunSet | undefined,
  view: RunsView,
  change: TableActions["change"],
  { names, several, limits }: { names: ReadonlyMap<string, string>; several: boolean; limits?: ColumnLimits },
): RunsTableState {
  const columns = useMemo(
    () => (set === undefined ? [] : columnsOf(set, { flipped: view.flipped, names })),
    [set, view.flipped, names],
  );
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const narrow = matchMedia("(max-width: 560px)").matches;
  const shownIds = useMemo(
    () => view.columns ?? defaultColumns(columns, { several, narrow, limits }),
    [view.columns, columns, several, narrow, limits],
  );
  const against = view.baseline !== undefined;
  const shown = useMemo(
    () => shownColumns(shownIds, view.pinned, byId, against),
    [shownIds, view.pinned, byId, against],
  );
  // Which value is best is known when all runs are there.
  const best = useMemo(() => bestValues(set?.partial ? [] : (set?.runs ?? []), shown.columns), [set, shown]);
  const runs = useMemo(() => sortRuns(set?.runs ?? [], view.sort, byId), [set, view.sort, byId]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const group = view.group === undefined ? undefined : byId.get(view.group);
  // In the order of a column, runs are set against each other wherever they belong.
  const sorted = view.sort.length > 0;
  const rows = useMemo(() => {
    if (group !== undefined) return groupRuns(runs, group, closed);
    return sorted ? runs.map((run): Row => ({ kind: "run", run })) : nestRuns(runs, closed);
  }, [runs, group, sorted, closed]);
  const startsWith = (start: string) => set?.runs.find(({ id }) => id.startsWith(start));
  const baseline = view.baseline === undefined ? undefined : startsWith(view.baseline);
  const { selected, selectedRuns, select, clear } = useSelection(set?.runs ?? [], view, change);
  const [sparkCount, setSparkCount] = useState(0);
  const sparks = useMemo(() => new Sparks(() => setSparkCount((count) => count + 1)), []);
  const actions = useMemo(
    () => ({
      change,
      select,
      toggle: (value: string) =>
        setClosed((before) => {
          const next = new Set(before);
          if (!next.delete(value)) next.add(value);
          return next;
        }),
    }),
    [change, select],
  );
  return {
    columns,
    shownIds,
    shown,
    best,
    runs,
    rows,
    group,
    baseline,
    selected,
    selectedRuns,
    clear,
    sparks,
    sparkCount,
    actions,
  };
}

/** Pixels of a difference to the baseline. */
const differenceWidth = 64;

/** Pinned columns come first; those of numbers are wider where a baseline is set. @param against - a baseline is set */
function shownColumns(
  ids: readonly string[],
  pinned: readonly string[],
  byId: ReadonlyMap<string, Column>,
  against: boolean,
): { columns: Column[]; pinned: number } {
  const first = pinned.filter((id) => byId.has(id));
  const others = ids.filter((id) => !first.includes(id));
  const columns = [...first, ...others].flatMap((id) => byId.get(id) ?? []);
  const compared = ({ kind, numeric }: Column) => against && numeric && kind !== "run";
  return {
    columns: columns.map((column) => ({
      ...column,
      width: Math.max(column.width, column.fit?.() ?? 0) + (compared(column) ? differenceWidth : 0),
    })),
    pinned: first.length,
  };
}

/** The selected runs; their ids are in the address while they are few. */
function useSelection(
  runs: readonly RunJson[],
  view: RunsView,
  change: (part: Partial<RunsView>, options: { replace: boolean }) => void,
) {
  const [kept, setMany] = useState<{ ids: ReadonlySet<string>; deleted: boolean }>();
  // Those of the view of deleted runs are others.
  const many = kept?.deleted === view.deleted ? kept.ids : undefined;
  const selected = useMemo(() => {
    if (many !== undefined) return many;
    if (view.selected.length === 0) return new Set<string>();
    return new Set(runs.filter(({ id }) => view.selected.some((start) => id.startsWith(start))).map(({ id }) => id));
  }, [many, view.selected, runs]);
  const put = useCallback(
    (next: ReadonlySet<string>) => {
      const few = next.size <= 200;
      setMany(few ? undefined : { ids: next, deleted: view.deleted });
      change({ selected: few ? [...next] : [] }, { replace: true });
    },
    [change, view.deleted],
  );
  const select = useCallback(
    (ids: readonly string[], on: boolean) => {
      const next = new Set(selected);
      for (const id of ids) {
        if (on) next.add(id);
        else next.delete(id);
      }
      put(next);
    },
    [selected, put],
  );
  const clear = useCallback(() => put(new Set()), [put]);
  const selectedRuns = useMemo(
    () => (selected.size === 0 ? [] : runs.filter(({ id }) => selected.has(id))),
    [runs, selected],
  );
  return { selected, selectedRuns, select, clear };
}
