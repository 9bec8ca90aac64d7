import type { ComponentChildren } from "preact";

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
  if (values.length === 0 && none === undefined) return null;
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section class="panel">
      {title && <h2>{title}</h2>}
      {sorted.length === 0 ? (
        <p class="faint">{none}</p>
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
