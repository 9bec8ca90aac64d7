import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { VegaLiteSpec } from "../../render/drawing.js";
import { ChartPainter } from "./chart-painter.js";
import { withRows } from "./inline-data.js";

/** Pixels: a chart of ours is at least this wide, and at most that; what is wider is scrolled. */
const leastWidth = 300;
const mostWidth = 1100;
const mostHeight = 420;
/** Widths between which a legend changes its place. */
const looks = [310, 620];

type Spec = Readonly<Record<string, unknown>> | VegaLiteSpec;

/**
 * Draws a Vega-Lite spec, by the libraries that are loaded with the first chart. Expressions are interpreted: the page's security
 * policy lets nothing be compiled.
 * @param ours - it is a drawing of `render/`: it takes the width there is, and what it has to say is written below it
 */
export function VegaChart({ spec, label, ours = false }: { spec: Spec; label: string; ours?: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const painter = useRef<ChartPainter | undefined>(undefined);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(true);
  const theme = useThemeCount();
  const width = useWidth(place, ours);
  const { chart, notes } = useMemo(() => {
    const read = withRows(spec);
    return ours ? withoutTitle(read) : { chart: read, notes: [] };
  }, [spec, ours]);
  useEffect(() => {
    if (place.current === null) return undefined;
    const one = new ChartPainter(place.current, (problem) => {
      setError(problem);
      setBusy(false);
    });
    painter.current = one;
    return () => one.end();
  }, []);
  useEffect(() => {
    if (ours && width === 0) return;
    const look = `${theme} ${looks.filter((one) => width >= one).length}`;
    setBusy(true);
    painter.current?.paint({ spec: ours ? fitted(chart, width) : chart, width, label, look });
  }, [chart, theme, width, ours, label]);
  return (
    <figure class={ours ? "chart ours" : "chart"} aria-label={label} aria-busy={busy}>
      <div ref={place} class="chart-place" />
      {error && <p class="error-line">The chart cannot be drawn: {error}</p>}
      {notes.length > 0 && (
        <figcaption class="chart-notes">
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

/** The room of a chart whose rows are awaited; what draws it is loaded meanwhile. */
export function ChartRoom() {
  useEffect(() => void import("./draw-chart.js").catch(() => undefined), []);
  return <div class="chart-room" />;
}

/** Changes with the colours of the page. */
function useThemeCount(): number {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const changed = () => setTheme((count) => count + 1);
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", changed);
    addEventListener("runlab:theme", changed);
    return () => {
      media.removeEventListener("change", changed);
      removeEventListener("runlab:theme", changed);
    };
  }, []);
  return theme;
}

/** Pixels that a chart may take; 0 until they are known. */
function useWidth(place: { readonly current: HTMLElement | null }, wanted: boolean): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null || !wanted) return undefined;
    const look = () => setWidth(Math.max(leastWidth, Math.min(mostWidth, Math.floor(element.clientWidth))));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    look();
    return () => observer.disconnect();
  }, [wanted]);
  return width;
}

/** Notes are text of the page: in a picture they would be cut off, and read by nobody who cannot see it. */
function withoutTitle(spec: Spec): { chart: Spec; notes: readonly string[] } {
  const { $schema, title, description, ...chart } = spec as Record<string, unknown>;
  const { text, subtitle = [] } = (title ?? {}) as { text?: unknown; subtitle?: readonly string[] };
  return { chart, notes: Array.isArray(text) ? text : subtitle };
}

interface MatrixRow {
  hconcat: object[];
}

/** Pixels between two panels, for the labels of an axis. */
const labelWidth = 55;

/** A single view as wide as there is room, and higher where it is wide. */
function fitted(spec: Spec, width: number): Spec {
  const { width: own, height, vconcat } = spec as { width?: unknown; height?: unknown; vconcat?: MatrixRow[] };
  if (Array.isArray(vconcat)) {
    // A matrix: its last row has most panels; each has its labels beside it.
    const most = Math.max(...vconcat.map(({ hconcat }) => hconcat.length));
    const size = Math.max(70, Math.min(210, Math.floor((width - 50) / most) - labelWidth));
    const sized = vconcat.map(({ hconcat }) => ({
      hconcat: hconcat.map((panel) => ({ ...panel, width: size, height: size })),
    }));
    return { ...spec, vconcat: sized };
  }
  if (typeof own !== "number") return spec;
  const higher = typeof height === "number" ? Math.max(height, Math.min(mostHeight, Math.round(width * 0.38))) : height;
  return { ...spec, width, height: higher, autosize: { type: "fit-x", contains: "padding" } };
}
