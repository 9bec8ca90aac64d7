import { escapeHtml } from "../render/escape-html.js";
import { codeMarkdown, markdownText, tableMarkdown } from "../render/markdown.js";
import { stillPicture } from "../render/static/chart-bundle.js";
import { visible } from "../visible.js";
import type { Report, ReportPart, ReportSection } from "./report.js";

/** A picture of a Markdown report, beside it: SVG, which GitHub and GitLab show. */
export interface ReportPicture {
  /** Relative to the folder of pictures. */
  name: string;
  svg: string;
}

/**
 * A report as Markdown, for a pull request: runs are folded, charts are pictures in files.
 * @param folder - of the pictures, relative to the text, with `/`
 */
export async function reportMarkdown(
  report: Report,
  folder: string,
): Promise<{ text: string; pictures: ReportPicture[] }> {
  const pictures: ReportPicture[] = [];
  const part = async (part: ReportPart): Promise<string> => {
    switch (part.kind) {
      case "table":
        return tableMarkdown(part.table);
      case "card":
        return `${markdownText(String(part.card.data["text/plain"]))}\n`;
      case "code":
        return codeMarkdown(part.code, "ts");
      case "text":
        return `${markdownText(part.text)}\n`;
      case "chart": {
        const name = `${part.name}.svg`;
        pictures.push({ name, svg: await stillPicture(part.chart.spec) });
        const place = encodeURI(`${folder}/${name}`).replace(
          /[()#?]/g,
          (mark) => `%${mark.charCodeAt(0).toString(16)}`,
        );
        return `![${markdownText(String(part.chart.spec.description ?? part.name))}](${place})\n`;
      }
    }
  };
  const parts = async ({ parts: all }: ReportSection) => {
    const texts: string[] = [];
    for (const one of all) texts.push(await part(one));
    return texts.join("\n");
  };
  const blocks = [`# ${markdownText(report.title)}\n`, ...report.facts.map((fact) => `${markdownText(fact)}\n`)];
  for (const section of report.sections) blocks.push(`## ${markdownText(section.heading)}\n`, await parts(section));
  blocks.push("## Each run\n");
  for (const run of report.runs) {
    blocks.push(`<details><summary>${escapeHtml(visible(run.heading))}</summary>\n`, await parts(run), "</details>\n");
  }
  return { text: blocks.join("\n"), pictures };
}
