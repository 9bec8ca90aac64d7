import { useState } from "preact/hooks";
import { Icon } from "../parts/icon.js";
import { MenuButton, type MenuItem } from "../parts/menu.js";
import type { Column, ColumnKind } from "./columns.js";
import { moved, nextSort, type RunsView, type TableActions } from "./view-state.js";

const kindLabels: Readonly<Record<ColumnKind, string>> = {
  run: "",
  metrics: "Metrics",
  params: "Params",
  tags: "Tags",
};

/** The head of the table: what kind of columns they are, and each with its order and its menu. Dragging moves a column. */
export function TableHead({
  columns,
  pinned,
  lefts,
  view,
  all,
  selected,
  actions,
}: {
  columns: readonly Column[];
  pinned: number;
  lefts: ReadonlyArray<number | undefined>;
  view: RunsView;
  /** Ids of all runs of the table. */
  all: readonly string[];
  selected: ReadonlySet<string>;
  actions: TableActions;
}) {
  const [dragged, setDragged] = useState<string>();
  const ids = columns.map(({ id }) => id);
  // Pinned columns have an order of their own.
  const order = (next: readonly string[]) =>
    actions.change({ columns: next, pinned: next.filter((id) => view.pinned.includes(id)) });
  const every = all.length > 0 && all.every((id) => selected.has(id));
  return (
    <thead>
      <tr class="kinds" aria-rowindex={1}>
        <td class="check-cell" />
        <td class="run-name" />
        {spans(columns, pinned).map(({ kind, count, at }) => (
          <td
            key={at}
            colSpan={count}
            class={at < pinned ? "pinned" : undefined}
            style={at < pinned ? { left: `${lefts[at] ?? 0}px` } : undefined}
          >
            {kindLabels[kind]}
          </td>
        ))}
      </tr>
      <tr aria-rowindex={2}>
        <th scope="col" class="check-cell">
          <input
            type="checkbox"
            aria-label="Select all runs"
            checked={every}
            ref={(box) => {
              if (box) box.indeterminate = !every && selected.size > 0;
            }}
            onChange={() => actions.select(all, !every)}
          />
        </th>
        <th scope="col" class="run-name" aria-sort={ariaSort(view, "name")}>
          <SortButton label="run" id="name" first="ascending" view={view} actions={actions} />
        </th>
        {columns.map((column, at) => (
          <th
            key={column.id}
            scope="col"
            class={[column.numeric && "number", at < pinned && "pinned", dragged === column.id && "dragged"]
              .filter(Boolean)
              .join(" ")}
            style={at < pinned ? { left: `${lefts[at] ?? 0}px` } : undefined}
            aria-sort={ariaSort(view, column.id)}
            draggable
            onDragStart={(event) => {
              setDragged(column.id);
              event.dataTransfer?.setData("text/plain", column.id);
            }}
            onDragEnd={() => setDragged(undefined)}
            onDragOver={(event) => dragged !== undefined && event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== undefined) order(moved(ids, dragged, at - ids.indexOf(dragged)));
              setDragged(undefined);
            }}
          >
            <div class="head-cell">
              <SortButton
                label={column.label}
                id={column.id}
                first={column.goal === "max" || column.id === "start_time" ? "descending" : "ascending"}
                view={view}
                actions={actions}
                move={(by) => order(moved(ids, column.id, by))}
                goal={column.goal}
              />
              <MenuButton
                label={`Column ${column.label}`}
                buttonClass="icon-button small head-menu"
                items={menuItems(column, at)}
              >
                <Icon name="more" size={14} />
              </MenuButton>
            </div>
          </th>
        ))}
      </tr>
    </thead>
  );

  function menuItems({ id, goal, kind }: Column, at: number): Array<MenuItem | "line"> {
    const isPinned = view.pinned.includes(id);
    const toggled = (list: readonly string[]) => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
    return [
      { label: "Sort ascending", icon: "up", run: () => actions.change({ sort: [{ id, descending: false }] }) },
      { label: "Sort descending", icon: "down", run: () => actions.change({ sort: [{ id, descending: true }] }) },
      "line",
      ...(goal === undefined
        ? []
        : ([
            {
              label: "Lower is better",
              checked: goal === "min",
              run: () => actions.change({ flipped: toggled(view.flipped) }),
            },
            "line",
          ] as const)),
      ...(kind === "metrics" || id === "start_time" || id === "duration"
        ? []
        : ([
            {
              label: "Group by this column",
              checked: view.group === id,
              run: () => actions.change({ group: view.group === id ? undefined : id }),
            },
            "line",
          ] as const)),
      {
        label: isPinned ? "Unpin" : "Pin to the left",
        icon: "pin",
        run: () => actions.change({ pinned: toggled(view.pinned) }),
      },
      { label: "Move left", disabled: at === 0 || at === pinned, run: () => order(moved(ids, id, -1)) },
      {
        label: "Move right",
        disabled: at === ids.length - 1 || at === pinned - 1,
        run: () => order(moved(ids, id, 1)),
      },
      { label: "Hide", icon: "close", run: () => order(ids.filter((one) => one !== id)) },
    ];
  }
}

function SortButton({
  label,
  id,
  first,
  view,
  actions,
  move,
  goal,
}: {
  label: string;
  id: string;
  first: "ascending" | "descending";
  view: RunsView;
  actions: TableActions;
  move?: (by: number) => void;
  goal?: Column["goal"];
}) {
  const sort = view.sort.find((one) => one.id === id);
  const place = view.sort.length > 1 && sort ? view.sort.indexOf(sort) + 1 : undefined;
  const better = goal === undefined ? "" : goal === "min" ? ", lower is better" : ", higher is better";
  return (
    <button
      type="button"
      class={sort ? "sort-button sorted" : "sort-button"}
      title={`${label}${better}`}
      onClick={(event) => actions.change({ sort: nextSort(view.sort, id, { first, add: event.shiftKey }) })}
      onKeyDown={(event) => {
        if (!event.altKey || move === undefined || !event.key.startsWith("Arrow")) return;
        event.preventDefault();
        move(event.key === "ArrowLeft" ? -1 : 1);
      }}
    >
      <span class="head-label">{label}</span>
      {sort && (
        <span class="sort-mark">
          <Icon name={sort.descending ? "down" : "up"} size={12} />
          {place}
        </span>
      )}
    </button>
  );
}

function ariaSort({ sort }: RunsView, id: string): "ascending" | "descending" | undefined {
  const found = sort[0]?.id === id ? sort[0] : undefined;
  if (found === undefined) return undefined;
  return found.descending ? "descending" : "ascending";
}

/** Neighbours of one kind under one label; pinned ones apart from the others. */
function spans(columns: readonly Column[], pinned: number): Array<{ kind: ColumnKind; count: number; at: number }> {
  const found: Array<{ kind: ColumnKind; count: number; at: number }> = [];
  for (const [at, { kind }] of columns.entries()) {
    const last = found.at(-1);
    if (last?.kind === kind && at > pinned) last.count++;
    else if (last?.kind === kind && at < pinned && at > 0) found.push({ kind, count: 1, at });
    else found.push({ kind, count: 1, at });
  }
  return found;
}
