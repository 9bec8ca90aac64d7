import { useEffect, useRef } from "preact/hooks";
import { own } from "../../own.js";
import { type View, views } from "./compare-state.js";

const labels: Readonly<Record<View, readonly [label: string, what: string]>> = {
  table: ["Table", "Params and metrics alone"],
  parallel: ["Parallel", "A line per run through an axis per param, coloured by the metric"],
  scatter: ["Scatter", "The metric by a param, or by another metric"],
  box: ["Box", "The metric by the values of a param"],
  contour: ["Contour", "The metric over two params"],
  curves: ["Curves", "The histories of metrics"],
  bars: ["Bars", "The last values"],
  matrix: ["Matrix", "Params and metrics against each other"],
  importance: ["Importance", "How much each param alone decides the metric"],
  diff: ["Diff", "Two runs: what differs in their values, environment and code"],
};

/** The ways to look at the runs. Arrow keys move between them. */
export function ViewTabs({ view, choose }: { view: View; choose(view: View): void }) {
  const list = useRef<HTMLDivElement>(null);
  // In a narrow window the tabs are scrolled; the chosen one is in sight.
  useEffect(() => {
    list.current?.querySelector(`#tab-${view}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [view]);
  const move = (event: KeyboardEvent) => {
    const at = views.indexOf(view);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: views.length - 1 };
    const to = own(steps, event.key);
    const next = to === undefined ? undefined : views[(to + views.length) % views.length];
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views" ref={list} onKeyDown={move}>
      {views.map((one) => {
        const [label, what] = labels[one];
        return (
          <button
            key={one}
            id={`tab-${one}`}
            type="button"
            role="tab"
            aria-selected={one === view}
            aria-controls={one !== view ? undefined : one === "table" ? "compare-table" : "compare-view"}
            tabIndex={one === view ? 0 : -1}
            title={what}
            onClick={() => choose(one)}
          >
            {label}
          </button>
        );
      })}
    </div>
  );
}
