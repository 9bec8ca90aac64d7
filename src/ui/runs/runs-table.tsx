import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { own } from "../../own.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import type { Row } from "./arrange.js";
import type { Column } from "./columns.js";
import { GroupHead, RunLine } from "./run-line.js";
import { TableHead } from "./table-head.js";
import type { RunsTableState } from "./use-runs-table.js";
import type { RunsView } from "./view-state.js";

/** Pixels; the style sheet has the same. */
const rowHeight = 30;
const headHeight = 54;
/** Pixels of the frame and of a bar to scroll with. */
const edges = 18;
/** Below this width the names of the runs leave room for their values. */
const narrowWidth = 560;
/** Rows that are drawn beyond those that can be seen. */
const beyond = 12;

/** Runs as a table of which only the rows in sight are drawn. Arrows move, open and close, Space selects, Enter opens, b sets the baseline. */
export function RunsTable({
  table: { rows, shown, group, best, baseline, selected, sparks, sparkCount, actions },
  view,
  label,
  most,
}: {
  table: RunsTableState;
  view: RunsView;
  label: string;
  /** Pixels: it is as high as its rows, and at most this; without it as high as there is room. */
  most?: number;
}) {
  const { columns, pinned } = shown;
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [{ height, narrow }, setSize] = useState({ height: 600, narrow: false });
  const [active, setActive] = useState<string>();
  const anchor = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() =>
      setSize({ height: element.clientHeight, narrow: element.clientWidth < narrowWidth }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const at = useMemo(() => new Map(rows.map((row, index) => [idOf(row), index])), [rows]);
  const activeAt = active === undefined ? -1 : (at.get(active) ?? -1);
  const first = Math.max(0, Math.floor(top / rowHeight) - beyond);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + beyond);
  const nameWidth = narrow ? 130 : 196;
  const lefts = useMemo(() => leftsOf(columns, pinned, nameWidth), [columns, pinned, nameWidth]);
  const tree = useMemo(() => rows.some((row) => row.kind === "group" || row.nested !== undefined), [rows]);
  const order = useMemo(() => rows.flatMap((row) => (row.kind === "run" ? row.run.id : [])), [rows]);

  const moveTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    const element = scroller.current;
    if (row === undefined || element === null) return;
    setActive(idOf(row));
    const y = Math.max(0, Math.min(rows.length - 1, index)) * rowHeight;
    if (y < element.scrollTop) element.scrollTop = y;
    const room = element.clientHeight - headHeight - rowHeight;
    if (y > element.scrollTop + room) element.scrollTop = y - room;
  };
  const selectTo = useCallback(
    (id: string, on: boolean, range: boolean) => {
      const from = range && anchor.current !== undefined ? order.indexOf(anchor.current) : -1;
      const to = order.indexOf(id);
      anchor.current = id;
      actions.select(from < 0 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1), on);
    },
    [order, actions],
  );
  const key = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[activeAt];
    const run = row?.kind === "run" ? row.run : undefined;
    const page = Math.max(1, Math.floor((height - headHeight) / rowHeight) - 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page };
    const to = own(steps, event.key);
    if (to !== undefined) {
      if (event.shiftKey && run) selectTo(run.id, true, false);
      moveTo(activeAt + to);
    } else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(rows.length - 1);
    else if (event.key === " " && run) selectTo(run.id, !selected.has(run.id), event.shiftKey);
    else if (event.key === "Enter" && run) goTo(hrefs.run(run.experiment, run.id));
    else if ((event.key === " " || event.key === "Enter") && row?.kind === "group") actions.toggle(toggledBy(row));
    else if (event.key === "ArrowRight" && row !== undefined && isOpen(row) === false) actions.toggle(toggledBy(row));
    else if (event.key === "ArrowLeft" && row !== undefined && isOpen(row) === true) actions.toggle(toggledBy(row));
    else if (event.key === "ArrowLeft" && row !== undefined && levelOf(row) > 1) {
      let above = activeAt;
      while (above > 0 && levelOf(rows[above]) >= levelOf(row)) above--;
      moveTo(above);
    } else if (event.key === "b" && run) actions.change({ baseline: run.id === baseline?.id ? undefined : run.id });
    else if (event.key === "Escape") actions.select([...selected], false);
    else return;
    event.preventDefault();
  };
  // Where another set of runs is shown, it is shown from its beginning.
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [view.where, view.deleted]);

  // The same lines are not looked at again when something else on the page changes.
  const lines = useMemo(
    () =>
      rows
        .slice(first, last)
        .map((row, index) =>
          row.kind === "group" ? (
            <GroupHead
              key={idOf(row)}
              row={row}
              rowIndex={first + index + 3}
              active={idOf(row) === active}
              columns={columns}
              lefts={lefts}
              compared={baseline !== undefined}
              toggle={() => actions.toggle(toggledBy(row))}
            />
          ) : (
            <RunLine
              key={row.run.id}
              run={row.run}
              level={row.level}
              nested={row.nested}
              tree={tree && group === undefined}
              rowIndex={first + index + 3}
              active={row.run.id === active}
              selected={selected.has(row.run.id)}
              columns={columns}
              lefts={lefts}
              best={best}
              baseline={baseline}
              sparks={sparks}
              select={selectTo}
              activate={setActive}
              toggle={actions.toggle}
            />
          ),
        ),
    [
      rows,
      first,
      last,
      tree,
      group,
      active,
      selected,
      columns,
      lefts,
      best,
      baseline,
      sparks,
      sparkCount,
      selectTo,
      actions,
    ],
  );

  const width = 36 + nameWidth + columns.reduce((sum, column) => sum + column.width, 0);
  const spacer = (count: number) =>
    count > 0 && (
      // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it can be focused
      <tr class="spacer" aria-hidden="true">
        <td colSpan={columns.length + 2} style={{ height: `${count * rowHeight}px` }} />
      </tr>
    );
  return (
    <div
      class="table-scroll"
      ref={scroller}
      style={
        most === undefined ? undefined : { height: `${Math.min(most, headHeight + rows.length * rowHeight + edges)}px` }
      }
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have it */}
      <table
        class="runs-table"
        role={tree ? "treegrid" : "grid"}
        aria-label={label}
        aria-rowcount={rows.length + 2}
        aria-colcount={columns.length + 2}
        aria-multiselectable="true"
        aria-activedescendant={activeAt >= first && activeAt < last ? `row-${active}` : undefined}
        tabIndex={0}
        onKeyDown={key}
        onFocus={(event) =>
          event.target === event.currentTarget && activeAt < 0 && moveTo(first === 0 ? 0 : first + beyond)
        }
        style={{ width: `${width}px` }}
      >
        <colgroup>
          <col style={{ width: "36px" }} />
          <col style={{ width: `${nameWidth}px` }} />
          {columns.map((column) => (
            <col key={column.id} style={{ width: `${column.width}px` }} />
          ))}
        </colgroup>
        <TableHead
          columns={columns}
          pinned={pinned}
          lefts={lefts}
          view={view}
          all={order}
          selected={selected}
          actions={actions}
        />
        <tbody>
          {spacer(first)}
          {lines}
          {spacer(rows.length - last)}
        </tbody>
      </table>
    </div>
  );
}

function idOf(row: Row): string {
  return row.kind === "run" ? row.run.id : `group-${String(row.value)}`;
}

/** Undefined: there is nothing in it to open. */
function isOpen(row: Row): boolean | undefined {
  return row.kind === "group" ? row.open : row.nested?.open;
}

function toggledBy(row: Row): string {
  return row.kind === "group" ? String(row.value) : row.run.id;
}

function levelOf(row: Row | undefined): number {
  return row?.kind === "run" ? (row.level ?? 1) : 1;
}

/** Where pinned columns stand, in pixels from the left. @param nameWidth - of the column with the names of the runs */
function leftsOf(columns: readonly Column[], pinned: number, nameWidth: number): Array<number | undefined> {
  let left = 36 + nameWidth;
  return columns.map(({ width }, at) => {
    if (at >= pinned) return undefined;
    left += width;
    return left - width;
  });
}
