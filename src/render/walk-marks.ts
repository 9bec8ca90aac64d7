/** What is used of a chart's view. @see vega-view, `View` */
interface ChartView {
  /** The element that has the picture in it; undefined or null without a page. */
  container(): unknown;
  scenegraph(): unknown;
  origin(): unknown;
  padding(): unknown;
  /** Without a handler it gives the one there is. */
  tooltip(...none: never[]): unknown;
}

/** What is used of an element of the page: this room is compiled without a browser's types. */
interface PageElement {
  style: { cssText: string; position: string };
  tabIndex: number;
  ownerDocument: { createElement(name: string): PageElement };
  append(child: PageElement): void;
  remove(): void;
  focus(options?: { preventScroll: boolean }): void;
  contains(other: unknown): boolean;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  scrollIntoView(options: { block: string; inline: string }): void;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
  addEventListener(type: string, listener: (event: KeyPress) => void): void;
}

interface KeyPress {
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  target: unknown;
  relatedTarget: unknown;
  preventDefault(): void;
  stopPropagation(): void;
}

/** A mark or an item of Vega's scene graph. */
interface SceneMark {
  marktype: string;
  items: SceneItem[];
}

interface SceneItem {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  clip?: boolean;
  opacity?: number;
  tooltip?: unknown;
  bounds: { x1: number; y1: number; x2: number; y2: number };
  items?: SceneMark[];
}

/**
 * Makes the marks of a drawn chart reachable by the keyboard: Tab goes to the chart, the left and right arrows go from mark to mark,
 * up and down from line to line, Page Up and Page Down ten marks, Home and End to the ends, Escape back to the chart. The mark has a
 * frame and shows its tooltip, whose words are the label of what has the focus, so that a screen reader speaks them.
 *
 * A report has this function in it as text: it uses nothing but its arguments.
 * @param view - drawn as SVG or on a canvas; its tooltips are those of vega-tooltip
 * @param label - what the chart shows
 */
export function walkMarks(view: ChartView, label: string): void {
  interface Stop {
    item: SceneItem;
    mark: SceneMark;
    text: string;
    box: { left: number; top: number; width: number; height: number };
  }

  const container = view.container() as PageElement | null;
  if (!container) return;
  let cursor: PageElement | undefined;
  let at = -1;

  const wordsOf = (told: unknown): string => {
    if (typeof told !== "object" || told === null) return String(told ?? "");
    return Object.entries(told)
      .map(([key, value]) => `${key}: ${value}`)
      .join(", ");
  };

  /** What tells something and is in sight, in the order in which it is drawn; a point that is also a dot is one stop. */
  const stopsOf = (): Stop[] => {
    const stops: Stop[] = [];
    const seen = new Set<string>();
    const visit = (
      mark: SceneMark,
      left: number,
      top: number,
      sight: { width: number; height: number } | undefined,
    ) => {
      let last: string | undefined;
      for (const item of mark.items) {
        if (mark.marktype === "group") {
          const { x = 0, y = 0, width = 0, height = 0, clip } = item;
          const inside = clip ? { width, height } : undefined;
          for (const child of item.items ?? []) {
            visit(
              child,
              left + x,
              top + y,
              inside ?? ((child as { clip?: boolean }).clip ? { width, height } : undefined),
            );
          }
          continue;
        }
        const text = wordsOf(item.tooltip);
        if (text === "" || item.opacity === 0) continue;
        const joined = mark.marktype === "line" || mark.marktype === "area" || mark.marktype === "trail";
        // The points of a line have the bounds of the whole.
        const { x = 0, y = 0 } = item;
        const { x1, y1, x2, y2 } = joined ? { x1: x - 4, y1: y - 4, x2: x + 4, y2: y + 4 } : item.bounds;
        const [across, along] = [(x1 + x2) / 2, (y1 + y2) / 2];
        if (!Number.isFinite(across + along)) continue;
        if (sight && (across < -1 || along < -1 || across > sight.width + 1 || along > sight.height + 1)) continue;
        const where = `${text} ${Math.round(left + across)} ${Math.round(top + along)}`;
        if (seen.has(where) || (joined && text === last)) continue;
        seen.add(where);
        last = text;
        stops.push({ item, mark, text, box: { left: left + x1, top: top + y1, width: x2 - x1, height: y2 - y1 } });
      }
    };
    visit((view.scenegraph() as { root: SceneMark }).root, 0, 0, undefined);
    return stops;
  };

  const tell = (item: SceneItem | null, clientX: number, clientY: number) => {
    const show = view.tooltip() as ((view: unknown, event: object, item: unknown, value: unknown) => void) | undefined;
    show?.call(view, view, { clientX, clientY }, item, item === null ? null : item.tooltip);
  };

  const leave = () => {
    if (cursor === undefined) return;
    tell(null, 0, 0);
    const gone = cursor;
    cursor = undefined;
    gone.remove();
  };

  const goTo = (stops: readonly Stop[], to: number) => {
    const stop = stops[to];
    const picture = container.querySelector("svg, canvas");
    if (stop === undefined || picture === null) return;
    at = to;
    const before = cursor;
    const [outer, inner] = [container.getBoundingClientRect(), picture.getBoundingClientRect()];
    const [originX = 0, originY = 0] = view.origin() as number[];
    const { left = 0, top = 0 } = view.padding() as { left?: number; top?: number };
    const { box } = stop;
    cursor = container.ownerDocument.createElement("div");
    cursor.tabIndex = -1;
    cursor.setAttribute("role", "img");
    cursor.setAttribute("aria-label", `${stop.text}. ${to + 1} of ${stops.length}`);
    cursor.setAttribute("data-mark-cursor", "");
    cursor.style.cssText =
      "position:absolute;pointer-events:none;box-sizing:border-box;border:2px solid currentColor;border-radius:4px;outline:none;" +
      `left:${inner.left - outer.left + originX + left + box.left - 4}px;top:${inner.top - outer.top + originY + top + box.top - 4}px;` +
      `width:${Math.max(1, box.width) + 8}px;height:${Math.max(1, box.height) + 8}px`;
    container.append(cursor);
    // A new element each time: a label that changes on what has the focus is not spoken.
    cursor.focus({ preventScroll: true });
    cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
    before?.remove();
    const shown = cursor.getBoundingClientRect();
    tell(stop.item, shown.left + shown.width, shown.top + shown.height);
  };

  /** The nearest point of the next line, or of the one before; marks that are not a line have no such neighbours. */
  const otherLine = (stops: readonly Stop[], by: number): number => {
    const here = stops[at];
    if (here === undefined) return 0;
    let to = at;
    while (stops[to] !== undefined && stops[to]?.mark === here.mark) to += by;
    const next = stops[to]?.mark;
    if (next === undefined) return at;
    const distance = (stop: Stop) =>
      Math.abs(stop.box.left + stop.box.width / 2 - here.box.left - here.box.width / 2) +
      (stop.mark === next ? 0 : 1e9);
    let nearest = to;
    for (const [index, stop] of stops.entries()) {
      if (distance(stop) < distance(stops[nearest] as Stop)) nearest = index;
    }
    return nearest;
  };

  if (stopsOf().length === 0) return;
  if (container.style.position === "") container.style.position = "relative";
  container.tabIndex = 0;
  // Arrow keys go to the chart, not to a screen reader's own cursor.
  container.setAttribute("role", "application");
  container.setAttribute("aria-roledescription", "chart");
  container.setAttribute("aria-label", `${label.replace(/\.$/, "")}. The arrow keys go through its marks.`);
  container.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target !== container && event.target !== cursor) return;
    if (key === "Escape" && cursor !== undefined) {
      container.focus({ preventScroll: true });
      leave();
      event.stopPropagation();
      return;
    }
    const stops = stopsOf();
    const last = stops.length - 1;
    const outside = cursor === undefined;
    const within = (to: number) => Math.max(0, Math.min(last, to));
    const turn = new Map<string, () => number>([
      ["ArrowRight", () => (outside ? within(at < 0 ? 0 : at) : within(at + 1))],
      ["ArrowLeft", () => (outside ? within(at < 0 ? last : at) : within(at - 1))],
      ["ArrowDown", () => (outside ? within(at) : otherLine(stops, 1))],
      ["ArrowUp", () => (outside ? within(at) : otherLine(stops, -1))],
      ["PageDown", () => within(at + 10)],
      ["PageUp", () => within(at - 10)],
      ["Home", () => 0],
      ["End", () => last],
    ]).get(key);
    if (turn === undefined || last < 0) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(stops, turn());
  });
  container.addEventListener("focusout", (event) => {
    if (!container.contains(event.relatedTarget)) leave();
  });
}
