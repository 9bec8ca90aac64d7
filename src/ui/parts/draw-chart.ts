import embed, { type VisualizationSpec } from "vega-embed";
import { walkMarks } from "../../render/walk-marks.js";
import { expressions } from "./expressions.js";

/** A chart that is on the page. */
export interface DrawnChart {
  /** Puts other rows in place of the spec's own; what is zoomed or picked stays so. */
  update(rows: readonly object[]): Promise<void>;
  resize(width: number, height: number | undefined): Promise<void>;
  /** Takes the picture away. */
  finish(): void;
}

/** What the rows of a spec are called, so that they can be changed. */
const rowsName = "rows";

/** Below this width, in pixels, a legend stands below the chart. */
const narrow = 620;

/**
 * Draws into an element, with the colours that it has around it.
 * @param label - what the chart shows, for those who do not see it
 */
export async function drawChart(
  element: HTMLElement,
  spec: Readonly<Record<string, unknown>>,
  width: number,
  label: string,
): Promise<DrawnChart> {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const dark = style.colorScheme === "dark";
  // A new place for each picture: the old one stands until the new one is drawn.
  const place = document.createElement("div");
  const rows = rowsOf(spec);
  const named = rows === undefined ? spec : { ...spec, data: { name: rowsName, values: rows } };
  const { finalize, view } = await embed(place, named as VisualizationSpec, {
    actions: false,
    ast: true,
    expr: expressions,
    renderer: "canvas",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true, theme: "runlab" },
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    ...(dark ? { theme: "dark" as const } : {}),
    config: {
      background: colour("--surface"),
      font: style.fontFamily,
      view: { stroke: colour("--line-strong") },
      ...(width > 0 && width < narrow ? { legend: { orient: "bottom", columns: width < narrow / 2 ? 1 : 2 } } : {}),
    },
  });
  const focused = element.contains(document.activeElement);
  element.replaceChildren(place);
  const picture = view.container() ?? place;
  // What scrolls can be reached, marks or not.
  picture.tabIndex = 0;
  walkMarks(view, label);
  if (focused) picture.focus({ preventScroll: true });
  return {
    finish: finalize,
    update: async (values) => {
      await view.data(rowsName, [...values]).runAsync();
    },
    resize: async (across, down) => {
      if (down !== undefined) view.height(down);
      await view.width(across).resize().runAsync();
    },
  };
}

/** The rows of a spec that has them at its top. */
export function rowsOf(spec: Readonly<Record<string, unknown>>): readonly object[] | undefined {
  const values = (spec.data as { values?: unknown } | undefined)?.values;
  return Array.isArray(values) ? values : undefined;
}

/** A spec that somebody has logged loads nothing. */
function refuse(): Promise<never> {
  return Promise.reject(new Error("it loads data from an address; only data inside the spec is drawn."));
}
