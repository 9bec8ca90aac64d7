import { own } from "../own.js";
import { visible } from "../visible.js";
import { escapeHtml } from "./escape-html.js";
import type { MimeBundle } from "./mime-bundle.js";
import { consoleWidth, type Table, tableHtml, tableStyles, tableText } from "./table.js";

/** What a notebook shows of one thing: a run, a model, an experiment. */
export interface Card {
  look: CardLook;
  title: string;
  /** In capitals after the title, as MLflow writes it. */
  status?: string;
  /** Short, on one line with the title. */
  facts?: readonly string[];
  /** What pointing at the facts shows: the whole id. */
  factsTitle?: string;
  /** Numbers, on a line of their own. */
  values?: ReadonlyArray<{ name: string; value: string }>;
  /** What is left out of them. */
  moreValues?: { text: string; title: string };
  /** One line each. */
  lines?: readonly string[];
  sections?: readonly CardSection[];
}

/** A sign and a colour that reads on white and on dark grey; the words of a card are in the page's own colour. */
export interface CardLook {
  sign: string;
  colour: string;
}

/** A part of a card below its head, in HTML and in text. */
export interface CardSection {
  /** Of a part that folds; one without stands open. */
  heading?: string;
  /** Of a part that folds: open at first. */
  open?: boolean;
  html: string;
  text: string;
}

const looks: Readonly<Record<string, CardLook>> = {
  FINISHED: { sign: "✓", colour: "#009E73" },
  FAILED: { sign: "✗", colour: "#D55E00" },
  KILLED: { sign: "■", colour: "#B8860B" },
  RUNNING: { sign: "●", colour: "#3B82C4" },
  SCHEDULED: { sign: "○", colour: "#3B82C4" },
};

/** What the card of a run with this status looks like. */
export function statusLook(status: string): CardLook {
  return own(looks, status) ?? { sign: "·", colour: "#808080" };
}

/** Of things that are neither good nor bad. */
export const plainLook: CardLook = { sign: "◆", colour: "#3B82C4" };

/** A card as HTML and plain text. Its colours are mixed into the page's, so that it is light on light and dark on dark. */
export function cardBundle(card: Card): MimeBundle {
  return { data: { "text/html": cardHtml(card), "text/plain": cardText(card) } };
}

function cardHtml({
  look,
  title,
  status,
  facts = [],
  factsTitle,
  values = [],
  moreValues,
  lines = [],
  sections = [],
}: Card) {
  const valuesHtml = values.map(
    ({ name, value }) => `<span style="${valueStyle}">${escapeHtml(name)} <strong>${escapeHtml(value)}</strong></span>`,
  );
  const more =
    moreValues === undefined
      ? ""
      : `<span style="${quiet}" title="${escapeHtml(moreValues.title)}">${escapeHtml(moreValues.text)}</span>`;
  const about = factsTitle === undefined ? "" : ` title="${escapeHtml(factsTitle)}"`;
  return (
    `<div style="${sections.length > 0 ? wideStyle : narrowStyle}border-left:4px solid ${look.colour}">` +
    `<div><span style="color:${look.colour}" aria-hidden="true">${look.sign}</span> <strong>${escapeHtml(title)}</strong> ` +
    // In the page's own colour: no green reads as text both on white and on dark grey.
    (status === undefined ? "" : `<span style="font-weight:600">${escapeHtml(status)}</span> `) +
    `<span style="${quiet}"${about}>${facts.map(escapeHtml).join(" · ")}</span></div>` +
    (values.length > 0 ? `<div style="margin-top:2px">${valuesHtml.join("")}${more}</div>` : "") +
    lines.map((line) => `<div style="${quiet}">${escapeHtml(line)}</div>`).join("") +
    sections.map(sectionHtml).join("") +
    "</div>"
  );
}

function sectionHtml({ heading, open, html }: CardSection): string {
  if (heading === undefined) return `<div style="${sectionStyle}">${html}</div>`;
  return (
    `<details style="${sectionStyle}"${open ? " open" : ""}><summary style="${summaryStyle}">${escapeHtml(heading)}</summary>` +
    `${html}</details>`
  );
}

function cardText({
  look,
  title,
  status,
  facts = [],
  values = [],
  moreValues,
  lines = [],
  sections = [],
}: Card): string {
  const numbers = [...values.map(({ name, value }) => `${name} ${value}`), ...(moreValues ? [moreValues.text] : [])];
  const head = [
    [`${look.sign} ${title}`, ...(status === undefined ? [] : [status]), ...facts].join("  "),
    ...(values.length > 0 ? [`  ${numbers.join("  ")}`] : []),
    ...lines.map((line) => `  ${line}`),
  ];
  return [head.map(visible).join("\n"), ...sections.map(({ text }) => text).filter((text) => text !== "")].join("\n\n");
}

/** A table as a part of a card; with a `heading` it folds, and its caption is not said twice. */
export function tableSection(table: Table, fold?: { open?: boolean }): CardSection {
  return {
    ...(fold ? { heading: `${table.caption} (${table.rows.length.toLocaleString("en-US")})`, open: fold.open } : {}),
    html: tableHtml(table, { caption: fold === undefined }),
    text: tableText(table, consoleWidth),
  };
}

/** Names and what they stand for, one below the other. */
export function factsSection(facts: ReadonlyArray<readonly [name: string, value: string]>): CardSection {
  const rows = facts.map(
    ([name, value]) =>
      `<tr style="${factRowStyle}"><th scope="row" style="${factNameStyle}">${escapeHtml(name)}</th><td style="${factStyle}">${escapeHtml(value)}</td></tr>`,
  );
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return {
    html: `<table style="${tableStyles.table}"><tbody>${rows.join("")}</tbody></table>`,
    text: facts.map(([name, value]) => visible(`  ${name.padEnd(width)}  ${value}`)).join("\n"),
  };
}

/** Parts beside one another where there is room. */
export function besideSections(sections: readonly CardSection[]): CardSection {
  const column = "display:inline-block;vertical-align:top;max-width:100%;margin-right:24px";
  return {
    html: sections.map(({ html }) => `<div style="${column}">${html}</div>`).join(""),
    text: sections.map(({ text }) => text).join("\n\n"),
  };
}

/** Text in lines, as code. @param text - as it is; of long ones cut by the caller */
export function codeHtml(text: string): string {
  return `<pre style="${codeStyle}">${escapeHtml(text)}</pre>`;
}

const cardStyle =
  "max-width:100%;box-sizing:border-box;overflow-wrap:anywhere;padding:4px 12px;line-height:1.5;color:inherit;background:rgba(128,128,128,0.1);";
const narrowStyle = `display:inline-block;${cardStyle}`;
const wideStyle = `display:block;${cardStyle}`;
const valueStyle = "margin-right:14px;white-space:nowrap;font-variant-numeric:tabular-nums";
const quiet = "opacity:0.85";
// JupyterLab paints every other row of a table in the colour of the page, which is not the card's.
const factRowStyle = "background:rgba(128,128,128,0)";
const factNameStyle =
  "padding:1px 16px 1px 0;text-align:left;vertical-align:top;font-weight:400;white-space:nowrap;opacity:0.75";
const factStyle = "padding:1px 0;text-align:left;overflow-wrap:anywhere;white-space:pre-wrap";
const sectionStyle = "margin:6px 0";
const summaryStyle = "cursor:pointer;font-weight:600;padding:2px 0";
const codeStyle =
  "margin:4px 0;padding:6px 8px;max-height:24em;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-size:0.92em;line-height:1.4;color:inherit;background:rgba(128,128,128,0.1)";
