import { visibleLines } from "../../visible.js";
import { type Drawing, drawnAsSvg, vegaLiteMimeType } from "../drawing.js";
import type { MimeBundle } from "../mime-bundle.js";
import { svgOf } from "./svg.js";

/**
 * What a front end is shown for a chart: the interactive spec, a still picture and the numbers.
 * Never `text/html`: JupyterLab would prefer it to the spec, and drops its scripts in an untrusted notebook.
 * @throws {RunlabError} INVALID_PARAMETER_VALUE when the spec cannot be drawn
 */
export async function chartBundle(drawing: Drawing): Promise<MimeBundle> {
  const { data } = liveChartBundle(drawing);
  return { data: { ...data, "image/svg+xml": await stillPicture(drawing.spec) } };
}

/**
 * The picture of a chart for viewers that draw none.
 * @throws {RunlabError} INVALID_PARAMETER_VALUE when the spec cannot be drawn
 */
export async function stillPicture(spec: Readonly<Record<string, unknown>>): Promise<string> {
  return (await svgOf(spec)).replace("<svg ", `<svg style="${pageStyle}" `);
}

/** For viewers that put the picture into their page as it is: what is wider would be cropped. */
const pageStyle = "max-width:100%;height:auto";

/** The same without the still picture: cheap enough to send a few times a second while a run goes on. */
export function liveChartBundle(drawing: Drawing): MimeBundle {
  return { data: { [vegaLiteMimeType]: drawnAsSvg(drawing.spec), "text/plain": visibleLines(drawing.text) } };
}
