import { RunlabError, reasonOf } from "../../errors.js";
import { compactSvg } from "./compact-svg.js";
import { stillSpec } from "./still-spec.js";

/**
 * Draws a spec as SVG text on white, for viewers that have no Vega: nbconvert, GitHub, a file.
 * vega and vega-lite are loaded on first use; about 60 ms once.
 * Nothing is fetched: data must be inline.
 * @throws {RunlabError} INVALID_PARAMETER_VALUE when the spec does not compile, or names data or images to load
 */
export async function svgOf(spec: Readonly<Record<string, unknown>>): Promise<string> {
  const { vega, vegaLite } = await drawingPackages();
  const problems: string[] = [];
  const logger = quietLogger(problems);
  try {
    const view = new vega.View(vega.parse(compiled(vegaLite, spec, logger)), {
      renderer: "none",
      loader: refusingLoader,
      logger: logger as never,
    });
    try {
      await view.runAsync();
      if (problems.length > 0) throw new Error(problems[0]);
      return compactSvg(await view.toSVG(), typeof spec.description === "string" ? spec.description : "");
    } finally {
      view.finalize();
    }
  } catch (cause) {
    throw new RunlabError("INVALID_PARAMETER_VALUE", `This Vega-Lite spec cannot be drawn: ${messageOf(cause)}`, {
      hint: "Put the data in the spec (`data: { values: […] }`); files and URLs are not loaded.",
      cause,
    });
  }
}

/** runlab-skinny comes without them. */
async function drawingPackages(): Promise<typeof import("./vega-packages.js")> {
  try {
    return await import("./vega-packages.js");
  } catch (cause) {
    if (!(cause instanceof Error) || Reflect.get(cause, "code") !== "MODULE_NOT_FOUND") throw cause;
    throw new RunlabError(
      "INVALID_STATE",
      "Charts are drawn by the packages vega and vega-lite, which are not installed here.",
      {
        hint: "Install them: npm install vega vega-lite.",
        cause,
      },
    );
  }
}

/** A spec of Vega itself is drawn as it is. */
function compiled(
  vegaLite: typeof import("vega-lite"),
  spec: Readonly<Record<string, unknown>>,
  logger: ReturnType<typeof quietLogger>,
): import("vega").Spec {
  if (/\/schema\/vega\//.test(String(spec.$schema))) return { background: "white", ...spec };
  return vegaLite.compile(stillSpec(spec) as never, { logger: logger as never, config: { background: "white" } }).spec;
}

/** Vega warns of a failed load and draws an empty chart; here that is an error. */
function quietLogger(problems: string[]) {
  const keep = (parts: unknown[]) => {
    problems.push(parts.map(messageOf).join(" "));
    return logger;
  };
  const logger = {
    level: () => logger,
    error: (...parts: unknown[]) => keep(parts),
    warn: (...parts: unknown[]) => (parts[0] === "Loading failed" ? keep(parts) : logger),
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

const refuse = (uri: string): Promise<never> => Promise.reject(new Error(`loading ${uri} is refused`));
const refusingLoader = { load: refuse, sanitize: refuse, http: refuse, file: refuse } as never;

function messageOf(value: unknown): string {
  return reasonOf(value);
}
