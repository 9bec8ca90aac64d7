import type { ComponentChildren } from "preact";

/**
 * What stands where nothing is yet: what would be here, and how it comes here.
 * @param alone - it is all that the page has
 */
export function Empty({
  title,
  alone = false,
  children,
}: {
  title: string;
  alone?: boolean;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      {alone ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}
