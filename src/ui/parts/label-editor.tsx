import { useState } from "preact/hooks";
import { Icon } from "./icon.js";

export interface Label {
  id: string;
  text: string;
}

/** Short texts as labels, each with a button to remove it, and a field to add one. */
export function LabelEditor({
  title,
  noun,
  labels,
  labelClass = "tag",
  fieldName,
  example,
  readOnly,
  none,
  add,
  remove,
}: {
  /** What the list is called. */
  title: string;
  /** What one of them is: "tag". */
  noun: string;
  labels: readonly Label[];
  labelClass?: string;
  fieldName: string;
  example: string;
  readOnly: boolean;
  /** Shown where there is none and none can be added. */
  none?: string;
  /** @param text - without the space around it; never empty */
  add(text: string): void;
  remove(id: string): void;
}) {
  const [text, setText] = useState<string>();
  const submit = (event: Event) => {
    event.preventDefault();
    const given = (text ?? "").trim();
    setText(undefined);
    if (given !== "") add(given);
  };
  return (
    <ul class="tags" aria-label={title}>
      {labels.map((label) => (
        <li class={labelClass} key={label.id}>
          <span class="tag-text" title={label.text}>
            {label.text}
          </span>
          {!readOnly && (
            <button
              type="button"
              class="tag-remove"
              aria-label={`Remove ${noun} ${label.id}`}
              onClick={() => remove(label.id)}
            >
              <Icon name="close" size={12} />
            </button>
          )}
        </li>
      ))}
      {!readOnly && (
        <li>
          {text === undefined ? (
            <button type="button" class="tag add" onClick={() => setText("")}>
              <Icon name="plus" size={12} /> {noun}
            </button>
          ) : (
            <form onSubmit={submit}>
              <input
                class="tag-input"
                aria-label={fieldName}
                placeholder={example}
                value={text}
                ref={(input) => input?.focus()}
                onInput={(event) => setText(event.currentTarget.value)}
                onKeyDown={(event) => event.key === "Escape" && setText(undefined)}
              />
            </form>
          )}
        </li>
      )}
      {readOnly && labels.length === 0 && none !== undefined && <li class="faint">{none}</li>}
    </ul>
  );
}
