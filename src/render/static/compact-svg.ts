import { createHash } from "node:crypto";

/**
 * A picture as Vega writes it, made small: it is kept in the notebook. What a reader sees stays the same to a tenth of a pixel. The
 * labels of single marks go, since a still picture has its description and its numbers as text.
 * @param svg - as Vega's renderer serializes it: in a tag, `>` is escaped in values, and every value is in double quotes
 * @param description - for screen readers
 */
export function compactSvg(svg: string, description = ""): string {
  const [root] = parsed(svg);
  if (root === undefined || typeof root === "string") return svg;
  for (const name of ["class", "version"]) root.attributes.delete(name);
  if (!svg.includes("xlink:")) root.attributes.delete("xmlns:xlink");
  const label = attributeText(description);
  const labelled = new Map([...root.attributes, ["role", "img"], ...(label === "" ? [] : [["aria-label", label]])] as [
    string,
    string,
  ][]);
  return withOwnIds(
    written({
      ...root,
      attributes: labelled,
      children: simplified(root.children, { fill: "black", stroke: "none" }),
    }),
  );
}

/**
 * Vega counts its ids from the start of the process: pictures of two sessions on one page would take each other's gradients, and a
 * chart drawn again would be another text. Here they are made from the picture itself.
 */
function withOwnIds(svg: string): string {
  const ids = [...svg.matchAll(/ id="((?:clip|gradient_)\d+)"/g)].map(([, id = ""]) => id);
  if (ids.length === 0) return svg;
  const indices = new Map(ids.map((id, at) => [id, at]));
  const renamed = (prefix: string) =>
    svg.replace(/(?<= id="|url\(#)(?:clip|gradient_)\d+(?="|\))/g, (id) => `${prefix}${indices.get(id) ?? id}`);
  const digest = createHash("sha256").update(renamed("")).digest("hex").slice(0, 8);
  return renamed(`i${digest}-`);
}

interface Element {
  name: string;
  /** Values as they are written, escaped. */
  attributes: Map<string, string>;
  children: Part[];
}

/** An element or an escaped text. */
type Part = Element | string;

/** What an element inherits. */
interface Paint {
  fill: string;
  stroke: string;
}

/** Kept as they are: what is in them is not drawn where it stands. */
const definitions: ReadonlySet<string> = new Set(["defs", "clipPath", "linearGradient", "radialGradient"]);
const shapes: ReadonlySet<string> = new Set(["path", "line", "rect", "circle"]);

/** Attributes that an element takes from the group around it. */
const inherited: ReadonlySet<string> = new Set([
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-dasharray",
  "stroke-miterlimit",
  "stroke-opacity",
  "stroke-width",
  "font-family",
  "font-size",
  "font-style",
  "font-weight",
  "text-anchor",
]);

function parsed(svg: string): Part[] {
  const top: Part[] = [];
  const open: Element[] = [];
  for (let at = 0; at < svg.length; ) {
    const into = open.at(-1)?.children ?? top;
    if (svg[at] !== "<") {
      const end = indexFrom(svg, "<", at);
      into.push(svg.slice(at, end));
      at = end;
      continue;
    }
    const end = indexFrom(svg, ">", at);
    if (svg[at + 1] === "/") open.pop();
    else {
      const isEmpty = svg[end - 1] === "/";
      const element = elementOf(svg.slice(at + 1, isEmpty ? end - 1 : end));
      into.push(element);
      if (!isEmpty) open.push(element);
    }
    at = end + 1;
  }
  return top;
}

function indexFrom(text: string, sign: string, start: number): number {
  const found = text.indexOf(sign, start);
  return found < 0 ? text.length : found;
}

function elementOf(tag: string): Element {
  const [name = ""] = tag.split(" ", 1);
  const attributes = new Map<string, string>();
  for (const [, key = "", value = ""] of tag.matchAll(/ ([\w:-]+)="([^"]*)"/g)) attributes.set(key, value);
  return { name, attributes, children: [] };
}

function simplified(parts: readonly Part[], paint: Paint): Part[] {
  return parts.flatMap((part) => {
    if (typeof part === "string" || definitions.has(part.name)) return [part];
    return part.name === "g" ? simplifiedGroup(part, paint) : simplifiedMark(part, paint);
  });
}

function simplifiedGroup({ attributes, children }: Element, paint: Paint): Part[] {
  const own = plainAttributes(attributes);
  const inner = simplified(children, paintOf(own, paint));
  if (inner.length === 0) return [];
  const hoisted = own.has("opacity") ? new Map<string, string>() : commonAttributes(inner);
  const kept = new Map([...own, ...hoisted]);
  const [only] = inner;
  if (kept.size === 0) return inner;
  if (inner.length === 1 && typeof only === "object" && only.name === "g" && isMergeable(kept, only.attributes)) {
    return [{ ...only, attributes: new Map([...kept, ...only.attributes]) }];
  }
  return [{ name: "g", attributes: kept, children: inner }];
}

function simplifiedMark({ name, attributes, children }: Element, around: Paint): Part[] {
  const own = plainAttributes(attributes);
  const { fill, stroke } = paintOf(own, around);
  const isShape = shapes.has(name);
  const opacity = own.get("opacity");
  if (own.get("display") === "none" || opacity === "0") return [];
  if (isShape && fill === "none" && stroke === "none") return [];
  if (name === "path" && (own.get("d") ?? "") === "") return [];
  // The same for a shape with one paint, and a group can have it for all that are in it.
  if (isShape && opacity !== undefined && (fill === "none" || stroke === "none")) {
    const part = fill === "none" ? "stroke-opacity" : "fill-opacity";
    if (!own.has(part)) {
      own.delete("opacity");
      own.set(part, opacity);
    }
  }
  if (stroke === "none") for (const key of ["stroke-width", "stroke-dasharray"]) own.delete(key);
  const transform = own.get("transform");
  if (transform?.startsWith("translate")) own.set("transform", rounded(transform));
  const d = own.get("d");
  if (d !== undefined && !transform?.includes("scale")) own.set("d", rounded(d));
  const element = { name, attributes: own, children };
  return [(name === "path" && circleOf(own)) || element];
}

/** Without what nobody sees. */
function plainAttributes(attributes: ReadonlyMap<string, string>): Map<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of attributes) {
    if (name.startsWith("aria-") || name === "role" || name === "class" || name === "pointer-events") continue;
    if (name === "transform" && value === "translate(0,0)") continue;
    if (name === "opacity" && value === "1") continue;
    if (name === "stroke-dasharray" && value === "1,0") continue;
    kept.set(name, value.startsWith("rgb(") ? hexColour(value) : value);
  }
  return kept;
}

function paintOf(attributes: ReadonlyMap<string, string>, around: Paint): Paint {
  return { fill: attributes.get("fill") ?? around.fill, stroke: attributes.get("stroke") ?? around.stroke };
}

/** Takes from elements what all of them say of themselves, the commonest value of each attribute. */
function commonAttributes(parts: readonly Part[]): Map<string, string> {
  const common = new Map<string, string>();
  if (parts.length < 2 || parts.some((part) => typeof part === "string")) return common;
  const elements = parts as Element[];
  for (const name of inherited) {
    if (!elements.every(({ attributes }) => attributes.has(name))) continue;
    const counts = new Map<string, number>();
    for (const { attributes } of elements) {
      const value = attributes.get(name) ?? "";
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const [[most = "", count = 0] = []] = [...counts].sort((a, b) => b[1] - a[1]);
    if (count < 2) continue;
    common.set(name, most);
    for (const { attributes } of elements) if (attributes.get(name) === most) attributes.delete(name);
  }
  return common;
}

function isMergeable(outer: ReadonlyMap<string, string>, inner: ReadonlyMap<string, string>): boolean {
  return [...outer.keys()].every((name) => inherited.has(name) || !inner.has(name));
}

/** Vega draws a dot as two arcs. */
function circleOf(attributes: ReadonlyMap<string, string>): Element | undefined {
  const d = /^M([\d.]+),0A([\d.]+),([\d.]+),0,1,1,-([\d.]+),0A([\d.]+),([\d.]+),0,1,1,([\d.]+),0Z?$/.exec(
    attributes.get("d") ?? "",
  );
  const at = /^translate\((-?[\d.]+),(-?[\d.]+)\)$/.exec(attributes.get("transform") ?? "");
  if (d === null || at === null || new Set(d.slice(1)).size > 1) return undefined;
  const { d: arcs, transform, ...others } = Object.fromEntries(attributes);
  const circle = { cx: at[1] ?? "", cy: at[2] ?? "", r: d[1] ?? "", ...others };
  return { name: "circle", attributes: new Map(Object.entries(circle)), children: [] };
}

/** A tenth of a pixel is fine enough. */
function rounded(coordinates: string): string {
  return coordinates.replace(/\d+(?:\.\d+)?|\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10));
}

function hexColour(value: string): string {
  const parts = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(value)?.slice(1);
  return parts === undefined
    ? value
    : `#${parts.map((part) => Math.min(255, Number(part)).toString(16).padStart(2, "0")).join("")}`;
}

function attributeText(text: string): string {
  return text.replace(/[&<>"\s]/g, (sign) => escapes.get(sign) ?? " ");
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);

function written(part: Part): string {
  if (typeof part === "string") return part;
  const { name, attributes, children } = part;
  let tag = `<${name}`;
  for (const [key, value] of attributes) tag += ` ${key}="${value}"`;
  return children.length === 0 ? `${tag}/>` : `${tag}>${children.map(written).join("")}</${name}>`;
}
