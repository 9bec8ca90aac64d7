import { formatDuration, formatNumber } from "../../render/format-value.js";
import type { RunJson } from "../../server/page/page-json.js";
import { Icon } from "../parts/icon.js";
import { SparkLine } from "../parts/spark-line.js";
import { StatusMark } from "../parts/status-mark.js";
import { TimeText } from "../parts/time-text.js";
import { hrefs } from "../route/route.js";
import { type GroupRow, meanOf, type RunRow } from "./arrange.js";
import type { CellValue, Column } from "./columns.js";
import { longestHistory, type Sparks } from "./sparks.js";

interface RunLineProps {
  run: RunJson;
  level: RunRow["level"];
  nested: RunRow["nested"];
  /** Runs stand below those that they are part of. */
  tree: boolean;
  rowIndex: number;
  active: boolean;
  selected: boolean;
  columns: readonly Column[];
  /** Where pinned columns stand. */
  lefts: ReadonlyArray<number | undefined>;
  best: ReadonlyMap<string, number>;
  baseline: RunJson | undefined;
  sparks: Sparks;
  select(id: string, on: boolean, range: boolean): void;
  activate(id: string): void;
  toggle(id: string): void;
}

/** Pixels by which a run stands further right than the one that it is part of; deeper ones stand no further. */
const indent = 14;
const deepest = 4;

/** A run in the table. */
export function RunLine({
  run,
  level,
  nested,
  tree,
  rowIndex,
  active,
  selected,
  columns,
  lefts,
  best,
  baseline,
  sparks,
  ...rest
}: RunLineProps) {
  const isBaseline = run.id === baseline?.id;
  const state = [active && "active", selected && "selected", isBaseline && "baseline"].filter(Boolean).join(" ");
  return (
    <tr
      id={`row-${run.id}`}
      class={state || undefined}
      aria-rowindex={rowIndex}
      aria-level={level}
      aria-expanded={nested?.open}
      aria-selected={selected}
      onClick={() => rest.activate(run.id)}
    >
      <td class="check-cell">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${run.name}`}
          checked={selected}
          onClick={(event) => {
            rest.select(run.id, event.currentTarget.checked, event.shiftKey);
          }}
        />
      </td>
      <th
        scope="row"
        class={tree ? "run-name tree" : "run-name"}
        style={tree && level !== undefined ? { paddingLeft: `${indent * Math.min(deepest, level - 1)}px` } : undefined}
      >
        {nested && (
          <button
            type="button"
            class="icon-button small tree-button"
            tabIndex={-1}
            aria-label={`${nested.open ? "Close" : "Open"} ${run.name}`}
            onClick={() => rest.toggle(run.id)}
          >
            <Icon name={nested.open ? "down" : "right"} size={12} />
          </button>
        )}
        {tree && !nested && <span class="tree-room" />}
        <StatusMark status={run.status} />
        {!tree && run.parent && <span class="nested" title="A run inside another" aria-hidden="true" />}
        <a href={hrefs.run(run.experiment, run.id)} tabIndex={-1} title={run.name}>
          {run.name || run.id.slice(0, 8)}
        </a>
        {nested && (
          <span class="count" title={`${nested.count.toLocaleString("en-US")} runs inside`}>
            {nested.count.toLocaleString("en-US")}
          </span>
        )}
        {isBaseline && <span class="baseline-mark">baseline</span>}
      </th>
      {columns.map((column, at) => (
        <Cell
          key={column.id}
          run={run}
          column={column}
          left={lefts[at]}
          isBest={best.has(column.id) && Object.is(column.value(run), best.get(column.id))}
          baseline={isBaseline ? undefined : baseline}
          compared={baseline !== undefined}
          sparks={sparks}
        />
      ))}
    </tr>
  );
}

function Cell({
  run,
  column,
  left,
  isBest,
  baseline,
  compared,
  sparks,
}: {
  run: RunJson;
  column: Column;
  left: number | undefined;
  isBest: boolean;
  baseline: RunJson | undefined;
  /** Runs are set against a baseline, perhaps this one. */
  compared: boolean;
  sparks: Sparks;
}) {
  const value = column.value(run);
  const classes = [column.numeric && "number", left !== undefined && "pinned", isBest && "best"].filter(Boolean);
  const points = column.kind === "metrics" ? (run.points?.[column.at] ?? 0) : 0;
  const curve = points > 1 && points <= longestHistory;
  return (
    <td class={classes.join(" ") || undefined} style={left === undefined ? undefined : { left: `${left}px` }}>
      <div class="cell">
        {curve && <SparkLine values={sparks.of(run.id, column.label, points)} />}
        <span class="value" title={value === undefined ? undefined : String(value)}>
          <Value column={column} value={value} />
        </span>
        {isBest && <span class="sr">best</span>}
        {compared && column.numeric && column.kind !== "run" && (
          <Difference value={value} from={baseline && column.value(baseline)} goal={column.goal} />
        )}
      </div>
    </td>
  );
}

function Value({ column, value }: { column: Column; value: CellValue }) {
  if (value === undefined) return <span class="missing">–</span>;
  if (column.id === "start_time") return <TimeText ms={Number(value)} />;
  if (column.id === "duration") return <>{formatDuration(Number(value))}</>;
  if (column.id === "run_id") return <code>{String(value).slice(0, 8)}</code>;
  if (column.id === "source") return <>{String(value).split("/").at(-1)}</>;
  return <>{typeof value === "number" ? (column.format ?? formatNumber)(value) : value}</>;
}

/** How far a value lies from the baseline's. */
function Difference({ value, from, goal }: { value: CellValue; from: CellValue; goal: Column["goal"] }) {
  if (value === undefined || from === undefined) return <span class="difference" />;
  const difference = Number(value) - Number(from);
  if (!Number.isFinite(difference)) return <span class="difference" />;
  if (difference === 0) return <span class="difference same">=</span>;
  const better = goal === undefined ? "" : difference < 0 === (goal === "min") ? "better" : "worse";
  const sign = difference > 0 ? "+" : "−";
  return (
    <span class={`difference ${better}`} title={`${sign}${Math.abs(difference)} against the baseline`}>
      {sign}
      {formatNumber(Number(Math.abs(difference).toPrecision(2)))}
      {better && <span class="sr"> {better}</span>}
    </span>
  );
}

/** The head of a group: its value, how many runs have it, and the mean of each metric. */
export function GroupHead({
  row,
  rowIndex,
  active,
  columns,
  lefts,
  compared,
  toggle,
}: {
  row: GroupRow;
  rowIndex: number;
  active: boolean;
  columns: readonly Column[];
  lefts: ReadonlyArray<number | undefined>;
  /** Runs are set against a baseline. */
  compared: boolean;
  toggle(): void;
}) {
  const { value, runs, open } = row;
  return (
    <tr
      id={`row-group-${String(value)}`}
      class={active ? "group-row active" : "group-row"}
      aria-rowindex={rowIndex}
      aria-level={1}
      aria-expanded={open}
    >
      <td class="check-cell">
        <button
          type="button"
          class="icon-button small"
          tabIndex={-1}
          aria-label={`${open ? "Close" : "Open"} the group ${String(value ?? "without a value")}`}
          onClick={toggle}
        >
          <Icon name={open ? "down" : "right"} />
        </button>
      </td>
      <th scope="row" class="run-name">
        <span class="group-value">{value === undefined ? "no value" : String(value)}</span>
        <span class="count">{runs.length.toLocaleString("en-US")}</span>
      </th>
      {columns.map((column, at) => {
        const mean = column.kind === "metrics" ? meanOf(runs, column) : undefined;
        const left = lefts[at];
        return (
          <td
            key={column.id}
            class={left === undefined ? "number" : "number pinned"}
            style={left === undefined ? undefined : { left: `${left}px` }}
          >
            {mean !== undefined && (
              <div class="cell">
                {!compared && <span class="mean">mean</span>}
                <span class="value">{(column.format ?? formatNumber)(mean)}</span>
                {compared && <span class="difference">mean</span>}
              </div>
            )}
          </td>
        );
      })}
    </tr>
  );
}
