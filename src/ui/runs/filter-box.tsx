import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "../parts/icon.js";
import { AskError } from "../server/ask.js";
import { completeFilter } from "./filter-completion.js";
import { beginsField } from "./name-filter.js";
import type { RunSet } from "./run-set.js";

/** ms after the last key until the filter is tried. */
const pause = 500;

/** The filter of the runs, with what may follow at the cursor, and what is wrong in it where it is wrong. */
export function FilterBox({
  where,
  set,
  error,
  change,
}: {
  where: string;
  set: RunSet | undefined;
  error: Error | undefined;
  /** @param replace - in place of the filter before: it was only a step on the way */
  change(where: string, replace: boolean): void;
}) {
  const [text, setText] = useState(where);
  const [cursor, setCursor] = useState<number>();
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  /** What was asked for last, and whether it was since the field has the focus: one visit is one step back. */
  const asked = useRef({ where, again: false });
  const apply = (next: string) => {
    const { again } = asked.current;
    asked.current = { where: next, again: true };
    if (next !== where) change(next, again);
  };
  useEffect(() => {
    // The address has changed by itself: somebody went back, or chose a view.
    if (where !== asked.current.where) setText(where);
    asked.current.where = where;
  }, [where]);
  const latest = useRef(apply);
  latest.current = apply;
  useEffect(() => {
    if (beginsField(text)) return undefined;
    const timer = setTimeout(() => text !== asked.current.where && latest.current(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  const completion = cursor === undefined ? undefined : completeFilter(text, cursor, set);
  const options = completion?.options ?? [];
  const shown = options.length > 0;
  const accept = (option: string) => {
    if (completion === undefined) return;
    const after = text.slice(completion.to);
    const inserted = `${option}${after.startsWith(" ") ? "" : " "}`;
    const next = text.slice(0, completion.from) + inserted + after;
    const at = completion.from + inserted.length;
    setText(next);
    setActive(-1);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
      setCursor(at);
    });
  };
  const key = (event: KeyboardEvent) => {
    const option = options[active];
    if (shown && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if (event.key === "Enter" || (event.key === "Tab" && option !== undefined)) {
      if (option !== undefined) accept(option);
      else {
        setCursor(undefined);
        apply(text);
      }
    } else if (event.key === "Escape") {
      if (cursor === undefined) input.current?.blur();
      setCursor(undefined);
      setActive(-1);
    } else return;
    event.preventDefault();
  };
  const look = () => setCursor(input.current?.selectionStart ?? undefined);
  const wrong = error instanceof AskError && error.code === "INVALID_PARAMETER_VALUE" ? error : undefined;
  return (
    <div class="filter">
      <span class="filter-icon">
        <Icon name="view" />
      </span>
      <input
        ref={input}
        id="filter"
        type="text"
        role="combobox"
        aria-label="Filter runs"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong && !shown ? `${id}-error` : undefined}
        placeholder="A run's name, or metrics.rmse < 0.5 AND params.model = 'tree'"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(-1);
          look();
        }}
        onClick={look}
        onFocus={look}
        onKeyDown={key}
        onBlur={() => {
          setCursor(undefined);
          asked.current.again = false;
        }}
      />
      {text !== "" && (
        <button
          type="button"
          class="icon-button small filter-clear"
          aria-label="Clear the filter"
          onClick={() => {
            setText("");
            apply("");
          }}
        >
          <Icon name="close" />
        </button>
      )}
      <div class="completion" id={`${id}-list`} role="listbox" aria-label="What may follow" hidden={!shown}>
        {options.map((option, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys work in the field
          <div
            key={option}
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => accept(option)}
          >
            {option}
          </div>
        ))}
      </div>
      {wrong && !shown && (
        <div class="filter-error" id={`${id}-error`} role="alert">
          <p>{wrong.message}</p>
          {wrong.hint && <pre>{wrong.hint}</pre>}
        </div>
      )}
    </div>
  );
}
