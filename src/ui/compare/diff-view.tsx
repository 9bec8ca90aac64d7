import { useEffect, useRef } from "preact/hooks";
import type { DiffLine } from "../../render/code-diff.js";
import { plural } from "../../render/format-value.js";
import { runLabels } from "../../render/rows.js";
import type { DiffCell, DiffSection } from "../../render/run-diff.js";
import type { DiffJson } from "../../server/page/page-json.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { get } from "../server/ask.js";
import { useAsked } from "../server/use-asked.js";
import { useNews } from "../server/use-news.js";
import type { ViewProps } from "./chart-view.js";
import { Choice } from "./view-options.js";

/** ms between two looks at runs that still log. */
const patience = 2000;

/** Two of the runs: what differs in their values, environment and code. */
export function DiffView({ rows, state, change, common }: ViewProps) {
  const labels = runLabels(rows.map(({ info }) => info));
  const ids = rows.map(({ info }) => info.runId);
  const named = (id: string | undefined) => (id === undefined ? undefined : ids.find((one) => one.startsWith(id)));
  const before = named(state.pair[0]) ?? (common.baseline !== named(state.pair[1]) ? common.baseline : undefined);
  const a = before ?? [...ids].reverse().find((id) => id !== named(state.pair[1])) ?? "";
  const b = named(state.pair[1]) ?? ids.find((id) => id !== a) ?? "";
  const asked = useAsked(a !== "" && b !== "" && a !== b ? `${a} ${b}` : undefined, (signal) =>
    get<DiffJson>("runlab", "diff", { a, b }, signal),
  );
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useNews(({ runIds }) => {
    if (runIds !== null && !runIds.includes(a) && !runIds.includes(b)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      asked.again();
    }, patience);
  });
  const choices = ids.map((id, at) => [id, labels[at] ?? id] as const);
  const choose = (first: string, second: string) => change({ pair: [first, second] });
  return (
    <>
      <div class="chart-options">
        <Choice label="− before" value={a} options={choices} choose={(id) => choose(id, id === b ? a : b)} />
        <button type="button" class="button" onClick={() => choose(b, a)}>
          Swap
        </button>
        <Choice label="+ after" value={b} options={choices} choose={(id) => choose(id === a ? b : a, id)} />
      </div>
      {asked.error && <ErrorBox error={asked.error} again={asked.again} />}
      {asked.value && <Difference diff={asked.value} />}
    </>
  );
}

function Difference({ diff: { labels, sections, notes, code } }: { diff: DiffJson }) {
  return (
    <div class="difference-page">
      <div class="scroll-x">
        <table class="plain-table small diff-table">
          <thead>
            <tr>
              <th scope="col">
                <span class="sr">Name</span>
              </th>
              {labels.map((label) => (
                <th key={label} scope="col" title={label}>
                  {label}
                </th>
              ))}
              <th scope="col">difference</th>
            </tr>
          </thead>
          {sections.filter(({ rows }) => rows.length > 0).map(sectionRows)}
        </table>
      </div>
      {notes.map((note) => (
        <p key={note} class="faint">
          {note}
        </p>
      ))}
      {typeof code === "string" ? (
        <p class="faint">
          {code} {code.includes("kept of") && "Cells that begin with %%run keep theirs."}
        </p>
      ) : (
        <Code lines={code} labels={labels} />
      )}
    </div>
  );
}

function sectionRows({ title, rows }: DiffSection) {
  return (
    <tbody key={title}>
      <tr>
        <th scope="rowgroup" colSpan={4} class="diff-section">
          {title}
        </th>
      </tr>
      {rows.map(({ name, values, difference }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {values.map((cell, at) => (
            <td key={at} title={cell.full}>
              <Cell cell={cell} />
            </td>
          ))}
          <td>{difference}</td>
        </tr>
      ))}
    </tbody>
  );
}

function Cell({ cell: { text, better } }: { cell: DiffCell }) {
  if (text === undefined) return <span class="missing">–</span>;
  if (!better) return <>{text}</>;
  return (
    <strong class="better">
      {text} <Icon name="star" size={12} />
      <span class="sr"> better</span>
    </strong>
  );
}

const signs = { same: " ", removed: "−", added: "+" } as const;

function Code({ lines, labels }: { lines: readonly DiffLine[]; labels: readonly string[] }) {
  return (
    <section aria-label="Code">
      <h3 class="diff-code-head">
        Code <span class="faint">− {labels[0]}</span> <span class="faint">+ {labels[1]}</span>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled is reached with keys */}
      <div class="diff-code" tabIndex={0}>
        {lines.map((line, at) =>
          line.kind === "skipped" ? (
            <div key={at} class="skipped">
              … {plural(line.count, "line")} the same
            </div>
          ) : (
            <div key={at} class={line.kind}>
              <span class="sign">{signs[line.kind]}</span>
              {line.kind !== "same" && <span class="sr">{line.kind}: </span>}
              {line.text}
            </div>
          ),
        )}
      </div>
    </section>
  );
}
