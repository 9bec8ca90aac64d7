import { TrackingError } from "../errors.js";
import { own } from "../own.js";
import { svgDocument, svgFault } from "../svg-document.js";
import { isNamed, typeOf, wrongType } from "./value-type.js";

/** A Vega-Lite spec, or an SVG as markup or as the element that Observable Plot and D3 make. */
export type Figure = Readonly<Record<string, unknown>> | string | { readonly outerHTML: string };

/** The picture of a figure that is one already; undefined for a spec. */
export function svgOfFigure(figure: unknown): string | undefined {
  const markup = typeof figure === "string" ? figure : outerHtml(figure);
  return markup !== undefined && /^\s*<svg[\s>]/i.test(markup) ? svgDocument(markup) : undefined;
}

function outerHtml(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("outerHTML" in value)) return undefined;
  return typeof value.outerHTML === "string" ? value.outerHTML : undefined;
}

/**
 * Refuses anything but a figure: a spec that Vega-Lite cannot compile for its shape, and one whose data is elsewhere, which would
 * be gone or changed when the figure is looked at again.
 * @param path - the file that the figure is for
 * @throws {TrackingError} INVALID_PARAMETER_VALUE with the place inside the spec
 */
export function checkFigure(figure: unknown, path: string): void {
  const svg = svgOfFigure(figure);
  if (svg !== undefined) {
    const fault = svgFault(svg);
    if (fault !== undefined) {
      throw wrong(
        `The SVG for ${path} cannot be drawn: ${fault}.`,
        "Pass the whole markup, as element.outerHTML gives it.",
      );
    }
    if (/\.svg$/.test(path)) return;
    throw wrong(`An SVG can only be logged to a .svg file; got '${path}'.`, "Log it to a path that ends in .svg.");
  }
  const html = outerHtml(figure);
  if (html !== undefined) {
    throw wrong(
      `The figure for ${path} is the element ${/^\s*<[\w-]*/.exec(html)?.[0].trim() ?? ""}>, not an SVG.`,
      'A plot with a legend is a <figure>: log its chart with plot.querySelector("svg").',
    );
  }
  if (!isNamed(figure)) {
    throw wrongType(
      `The figure for ${path} must be a Vega-Lite spec (an object) or an SVG; got ${typeOf(figure)}.`,
      figure,
    );
  }
  const spec = figure as Readonly<Record<string, unknown>>;
  const location: FigureLocation = { file: path, at: [] };
  if (typeof spec.$schema === "string" && !/\/schema\/vega-lite\//.test(spec.$schema)) {
    if (Array.isArray(spec.data))
      for (const [at, data] of spec.data.entries()) checkData(data, into(location, "data", at));
    return;
  }
  checkView(spec, location);
}

/** Where in a spec. */
export interface FigureLocation {
  file: string;
  at: ReadonlyArray<string | number>;
}

export function into({ file, at }: FigureLocation, ...steps: Array<string | number>): FigureLocation {
  return { file, at: [...at, ...steps] };
}

/** `layer[1].encoding.x` */
function written({ at }: FigureLocation): string {
  return at
    .map((step, first) => (typeof step === "number" ? `[${step}]` : `${first === 0 ? "" : "."}${step}`))
    .join("");
}

/** Views nested in views; a spec that refers to itself is not JSON anyway. */
const deepest = 50;

function checkView(view: unknown, location: FigureLocation): void {
  if (!isRecord(view)) throw invalidFigure(location, "must be a view, which is an object", `got ${typeOf(view)}`);
  if (location.at.length > deepest) throw invalidFigure(location, "has views inside of views without an end");
  checkData(view.data, into(location, "data"));
  checkTransforms(view.transform, location);
  const lists = ["layer", "hconcat", "vconcat", "concat"].filter((key) => own(view, key) !== undefined);
  for (const key of lists) {
    const parts = own(view, key);
    if (!Array.isArray(parts))
      throw invalidFigure(into(location, key), "must be an array of views", `got ${typeOf(parts)}`);
    for (const [at, part] of parts.entries()) checkView(part, into(location, key, at));
  }
  if (view.spec !== undefined) checkView(view.spec, into(location, "spec"));
  if (view.mark === undefined) {
    if (lists.length > 0 || view.spec !== undefined) return;
    throw invalidFigure(
      location,
      "has no mark, and neither layer, hconcat, vconcat, concat nor spec",
      undefined,
      otherJson,
    );
  }
  checkMark(view.mark, into(location, "mark"));
  checkEncoding(view.encoding, into(location, "encoding"));
}

const otherJson = 'Give it a mark, such as mark: "point". Keep JSON that is no chart with logDict.';

const marks =
  "arc area bar boxplot circle errorband errorbar geoshape image line point rect rule square text tick trail".split(
    " ",
  );

function checkMark(mark: unknown, location: FigureLocation): void {
  const type = isRecord(mark) ? mark.type : mark;
  if (typeof type === "string" && marks.includes(type)) {
    if (isRecord(mark)) checkUrl(mark.url, into(location, "url"));
    return;
  }
  const at = isRecord(mark) && type !== undefined ? into(location, "type") : location;
  if (typeof type !== "string") {
    throw wrongType(
      `${written(at)} in the spec of ${at.file} is no mark of Vega-Lite: ${typeOf(type ?? mark)}.`,
      type ?? mark,
    );
  }
  throw invalidFigure(at, "is no mark of Vega-Lite", `'${type}'`, `There are: ${marks.join(", ")}.`);
}

const channels = (
  "x y x2 y2 xOffset yOffset xError yError xError2 yError2 theta theta2 radius radius2 color fill stroke opacity fillOpacity " +
  "strokeOpacity strokeWidth strokeDash size angle shape text tooltip href url description detail key order facet row column " +
  "longitude latitude longitude2 latitude2 time"
).split(" ");

const types = ["quantitative", "nominal", "ordinal", "temporal", "geojson"];

function checkEncoding(encoding: unknown, location: FigureLocation): void {
  if (encoding === undefined) return;
  if (!isRecord(encoding)) throw invalidFigure(location, "must be an object of channels", `got ${typeOf(encoding)}`);
  for (const [channel, definition] of Object.entries(encoding)) {
    const at = into(location, channel);
    if (!channels.includes(channel)) {
      throw invalidFigure(
        at,
        "is no channel of Vega-Lite",
        undefined,
        `There are: ${channels.slice(0, 22).join(", ")}, …`,
      );
    }
    const type = isRecord(definition) ? definition.type : undefined;
    if (type === undefined || (typeof type === "string" && types.includes(type))) continue;
    const shown = typeof type === "string" ? `'${type}'` : typeOf(type);
    throw invalidFigure(into(at, "type"), "is no type of Vega-Lite", shown, `There are: ${types.join(", ")}.`);
  }
}

function checkTransforms(transforms: unknown, location: FigureLocation): void {
  if (!Array.isArray(transforms)) return;
  for (const [at, transform] of transforms.entries()) {
    const from = isRecord(transform) ? transform.from : undefined;
    if (isRecord(from)) checkData(from.data, into(location, "transform", at, "from", "data"));
  }
}

function checkData(data: unknown, location: FigureLocation): void {
  if (data === undefined || data === null) return;
  if (Array.isArray(data)) {
    throw invalidFigure(location, "must be an object", "got an array", "Write the rows as data: { values: rows }.");
  }
  if (isRecord(data)) checkUrl(data.url, into(location, "url"));
}

function checkUrl(url: unknown, location: FigureLocation): void {
  if (url === undefined || (typeof url === "string" && url.startsWith("data:"))) return;
  throw invalidFigure(
    location,
    "names data that is not in the spec",
    typeof url === "string" ? url : undefined,
    "Only local files are read: download it first, or put the rows in the spec as data: { values: rows }.",
  );
}

export function invalidFigure(location: FigureLocation, problem: string, found?: string, hint?: string): TrackingError {
  const where = location.at.length === 0 ? "The spec" : written(location);
  const which = location.at.length === 0 ? `of ${location.file}` : `in the spec of ${location.file}`;
  return wrong(`${where} ${which} ${problem}${found === undefined ? "" : `: ${found}`}.`, hint);
}

function wrong(message: string, hint?: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message, hint === undefined ? {} : { hint });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
