import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { FindField, hasText, seenAtOnce } from "./find-field.js";

/** A name and what it stands for, in a list of facts (`dl`). */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Names and values, sorted by name. */
export function Values({
  title,
  values,
  none,
}: {
  /** None where the values belong to what stands above them. */
  title?: string;
  values: ReadonlyArray<readonly [string, string]>;
  none?: string;
}) {
  const [text, find] = useState("");
  if (values.length === 0 && none === undefined) return null;
  const sorted = values.filter((one) => hasText(one, text)).sort(([a], [b]) => (a < b ? -1 : 1));
  const findable = title !== undefined && values.length > seenAtOnce;
  return (
    <section class="panel">
      {findable ? (
        <div class="panel-head">
          <h2>{title}</h2>
          <FindField by="name or value" label={`Find in ${title}`} text={text} find={find} />
        </div>
      ) : (
        title && <h2>{title}</h2>
      )}
      {sorted.length === 0 ? (
        <p class="faint">{values.length === 0 ? none : "None has this text."}</p>
      ) : (
        <dl class="pairs">
          {sorted.map(([key, value]) => (
            <div key={key}>
              <dt title={key}>{key}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
