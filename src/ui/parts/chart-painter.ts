import type { DrawnChart } from "./draw-chart.js";

type Spec = Readonly<Record<string, unknown>>;

interface Wanted {
  spec: Spec;
  /** Pixels that there are for it; 0: it keeps the size that it says. */
  width: number;
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** Anything else that the picture depends on, such as its colours. */
  look: string;
}

/**
 * Draws the newest spec that it is given, one after the other, with libraries that are loaded with the first. Where only the rows
 * have changed, as of a run that still logs, only they are put into the picture.
 */
export class ChartPainter {
  readonly #element: HTMLElement;
  readonly #report: (error: string | undefined) => void;
  #drawn: { shape: string; spec: Spec; chart: DrawnChart } | undefined;
  #wanted: Wanted | undefined;
  #busy = false;
  #ended = false;

  /** @param report - told why a spec cannot be drawn; undefined: it is */
  constructor(element: HTMLElement, report: (error: string | undefined) => void) {
    this.#element = element;
    this.#report = report;
  }

  paint(wanted: Wanted): void {
    this.#wanted = wanted;
    if (!this.#busy) void this.#work();
  }

  end(): void {
    this.#ended = true;
    this.#wanted = undefined;
    if (!this.#busy) this.#drawn?.chart.finish();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#wanted !== undefined) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.#draw(wanted);
        if (!this.#ended && this.#wanted === undefined) this.#report(undefined);
      } catch (error) {
        this.#drawn?.chart.finish();
        this.#drawn = undefined;
        if (!this.#ended) this.#report((error as Error).message);
      }
    }
    this.#busy = false;
    if (this.#ended) this.#drawn?.chart.finish();
  }

  async #draw({ spec, width, label, look }: Wanted): Promise<void> {
    const { drawChart, rowsOf } = await import("./draw-chart.js");
    const rows = rowsOf(spec);
    const sized = width > 0 && typeof spec.width === "number";
    const rest = { ...spec, ...(rows && { data: 0 }), ...(sized && { width: 0, height: heightOf(spec) && 0 }) };
    const shape = `${look} ${label} ${JSON.stringify(rest)}`;
    const before = this.#drawn;
    if (before?.shape !== shape) {
      const chart = await drawChart(this.#element, spec, width, label);
      before?.chart.finish();
      this.#drawn = { shape, spec, chart };
      return;
    }
    if (rows !== undefined && rowsOf(before.spec) !== rows) await before.chart.update(rows);
    const size = (one: Spec) => `${one.width} ${heightOf(one)}`;
    if (sized && size(before.spec) !== size(spec)) await before.chart.resize(Number(spec.width), heightOf(spec));
    this.#drawn = { ...before, spec };
  }
}

function heightOf({ height }: Spec): number | undefined {
  return typeof height === "number" ? height : undefined;
}
