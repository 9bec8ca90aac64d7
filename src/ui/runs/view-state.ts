/** What the table of runs shows, and how. All of it is in the address, so that going back, a reload and a link keep it. */
export interface RunsView {
  /** The filter. */
  where: string;
  /** Columns that order the runs, the first one first. */
  sort: readonly Sort[];
  /** Columns in their order; undefined: those of a first look. */
  columns: readonly string[] | undefined;
  /** Columns that stay when the others are scrolled. */
  pinned: readonly string[];
  /** Metrics whose goal is not the one that their name says. */
  flipped: readonly string[];
  /** The run that others are set against: its id, or the beginning of one. */
  baseline: string | undefined;
  /** Beginnings of the ids of selected runs. */
  selected: readonly string[];
  /** The column by which runs are grouped. */
  group: string | undefined;
  deleted: boolean;
}

/** What the parts of the table do to it. */
export interface TableActions {
  change(change: Partial<RunsView>, options?: { replace?: boolean }): void;
  /** Opens or closes a group, or the run of this id that has others in it. */
  toggle(value: string): void;
  select(ids: readonly string[], selected: boolean): void;
}

export interface Sort {
  id: string;
  descending: boolean;
}

/** Digits of an id in an address: of ten million runs two would begin alike. */
const idDigits = 12;

export function parseView(query: URLSearchParams): RunsView {
  const columns = query.getAll("col");
  return {
    where: query.get("where") ?? "",
    sort: query.getAll("sort").map((text) => ({ id: text.replace(/^-/, ""), descending: text.startsWith("-") })),
    columns: columns.length === 0 ? undefined : columns,
    pinned: query.getAll("pin"),
    flipped: query.getAll("flip"),
    baseline: query.get("base") || undefined,
    selected: (query.get("sel") ?? "").split(",").filter((id) => id !== ""),
    group: query.get("group") || undefined,
    deleted: query.get("deleted") === "1",
  };
}

export function printView(view: RunsView): URLSearchParams {
  const query = new URLSearchParams();
  if (view.where !== "") query.set("where", view.where);
  for (const { id, descending } of view.sort) query.append("sort", `${descending ? "-" : ""}${id}`);
  for (const id of view.columns ?? []) query.append("col", id);
  for (const id of view.pinned) query.append("pin", id);
  for (const id of view.flipped) query.append("flip", id);
  if (view.group !== undefined) query.set("group", view.group);
  if (view.deleted) query.set("deleted", "1");
  if (view.baseline !== undefined) query.set("base", view.baseline.slice(0, idDigits));
  if (view.selected.length > 0) query.set("sel", view.selected.map((id) => id.slice(0, idDigits)).join(","));
  return query;
}

/** Clicks on a header: the column's better end first, then the other, then none. @param add - to those that order already */
export function nextSort(
  sort: readonly Sort[],
  id: string,
  { first, add }: { first: "ascending" | "descending"; add: boolean },
): Sort[] {
  const before = sort.find((one) => one.id === id);
  const others = add ? sort.filter((one) => one.id !== id) : [];
  if (before === undefined) return [...others, { id, descending: first === "descending" }];
  const turned = before.descending !== (first === "descending");
  return turned ? others : [...others, { id, descending: !before.descending }];
}

/** The list with one of its items moved by some places. */
export function moved<T>(items: readonly T[], item: T, by: number): T[] {
  const from = items.indexOf(item);
  if (from < 0) return [...items];
  const rest = items.filter((one) => one !== item);
  rest.splice(Math.max(0, Math.min(rest.length, from + by)), 0, item);
  return rest;
}
