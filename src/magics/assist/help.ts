import { escapeHtml } from "../../render/escape-html.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import type { Magic, MagicArg } from "../magic.js";

/** `%log_metric <key> <value> [step=…]`: all that a magic takes, in one line. */
export function usage(magic: Magic): string {
  const input = magic.input === "text" ? " …" : magic.input === "code" ? " <code>" : "";
  const args = magic.args.map((arg) => ` ${argForm(arg)}`).join("");
  const extra = magic.extraArgs ? " [name=value …]" : "";
  const cell = magic.kind === "cell";
  return cell ? `%%${magic.name}${args}${extra}` : `%${magic.name}${args}${input}${extra}`;
}

function argForm(arg: MagicArg): string {
  const values = Array.isArray(arg.complete) ? arg.complete.join("|") : "…";
  if (arg.type === "words") return `[${arg.name} …]`;
  if (arg.positional) return arg.required ? `<${arg.name}>` : `[${arg.name}]`;
  if (arg.prefix) return `[${arg.name}.name=…]`;
  if (arg.type === "boolean") return `[${arg.name}]`;
  return arg.required ? `${arg.name}=${values}` : `[${arg.name}=${values}]`;
}

/** What a person calls the type of an argument. */
export function typeName(arg: Pick<MagicArg, "type" | "tsType" | "complete">): string {
  if (Array.isArray(arg.complete)) return arg.complete.join("|");
  if (arg.tsType !== undefined) return arg.tsType.text;
  return arg.type === "words" ? "names" : arg.type === "boolean" ? "flag" : arg.type;
}

/** The help of `%name?` and of hovering, as HTML with a plain twin. */
export function helpBundle(magic: Magic): MimeBundle {
  return { data: { "text/plain": helpText(magic), "text/html": helpHtml(magic) } };
}

/** The same as plain text. */
export function helpText(magic: Magic): string {
  const rows = argRows(magic);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const typeWidth = Math.max(0, ...rows.map(([, type]) => type.length));
  const lines = [`${sign(magic)}${magic.name}: ${magic.summary}.`, "", `    ${usage(magic)}`];
  if (magic.kind === "both") lines.push(`    %%${magic.name} … over a cell`);
  if (rows.length > 0) lines.push("");
  for (const [name, type, doc] of rows) lines.push(`  ${name.padEnd(width)}  ${type.padEnd(typeWidth)}  ${doc}`);
  if (magic.examples.length > 0) lines.push("", "Examples:", ...magic.examples.map(indent));
  return lines.join("\n");
}

/** What `?` alone shows: how magics are written, and all of them. */
export function quickReference(magics: readonly Magic[]): MimeBundle {
  const width = Math.max(0, ...magics.map((magic) => magic.name.length + 2));
  const text = [
    "A cell is TypeScript. A line that begins with % is a magic; %%name on the first line applies to the whole cell.",
    "",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it shows how a template is written
    '    %name word "a text" {expression} `a ${template}` [a, list] option=value flag   // comment',
    "    const x = %name …",
    "    %%name …",
    "    %name?                its help",
    "",
    ...magics.map((magic) => `${(sign(magic) + magic.name).padEnd(width)}  ${magic.summary}`),
  ].join("\n");
  return { data: { "text/plain": text, "text/html": `<pre>${escapeHtml(text)}</pre>` } };
}

function helpHtml(magic: Magic): string {
  const rows = argRows(magic)
    .map(
      (cells) =>
        `<tr>${cells.map((cell, at) => `<td style="text-align:left">${at < 2 ? code(cell) : escapeHtml(cell)}</td>`).join("")}</tr>`,
    )
    .join("");
  return [
    `<p><strong>${escapeHtml(sign(magic) + magic.name)}</strong>: ${escapeHtml(magic.summary)}.</p>`,
    `<pre>${escapeHtml(usage(magic))}</pre>`,
    rows === "" ? "" : `<table>${rows}</table>`,
    magic.examples.length === 0 ? "" : `<pre>${escapeHtml(magic.examples.join("\n"))}</pre>`,
  ].join("");
}

function argRows(magic: Magic): Array<[name: string, type: string, doc: string]> {
  const rows = magic.args.map((arg): [string, string, string] => [
    arg.prefix ? `${arg.name}.…` : [arg.name, ...(arg.dashed ?? [])].join(", "),
    typeName(arg),
    arg.required ? `${arg.doc} (required)` : arg.doc,
  ]);
  if (magic.extraArgs) rows.push(["name=value", typeName(magic.extraArgs), magic.extraArgs.doc]);
  return rows;
}

/** `%` or `%%`, as the magic is used. */
export function sign(magic: Magic): "%" | "%%" {
  return magic.kind === "cell" ? "%%" : "%";
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

function indent(example: string): string {
  return example
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** The table of magics in docs/magics.md, in Markdown. */
export function magicsTable(magics: readonly Magic[]): string {
  const rows = magics.map((magic) => {
    const names = magic.kind === "both" ? `\`%${magic.name}\` \`%%${magic.name}\`` : `\`${sign(magic)}${magic.name}\``;
    return `| ${names} | ${cell(magic.summary)} | ${tableCode(usage(magic))} |`;
  });
  return ["| magic | does | takes |", "| --- | --- | --- |", ...rows, ""].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** In a table, `|` ends the cell even inside a code span. */
function tableCode(text: string): string {
  return `\`${cell(text)}\``;
}
