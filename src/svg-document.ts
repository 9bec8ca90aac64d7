/** What is in an SVG beside its tags and its text, by how it begins and ends. */
const apart = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<!", ">"],
  ["<?", "?>"],
] as const;

/**
 * Why no browser draws the markup: as a picture it is XML, in which every tag is closed.
 * @returns undefined when its tags are right
 */
export function svgFault(svg: string): string | undefined {
  const open: string[] = [];
  for (let at = svg.indexOf("<"); at >= 0; ) {
    const [begin, close] = apart.find(([beginning]) => svg.startsWith(beginning, at)) ?? [];
    const last = begin === undefined ? tagEnd(svg, at) : svg.indexOf(close ?? ">", at + begin.length);
    if (last < 0) return open.length === 0 ? "a tag is not complete" : `a tag in <${open.at(-1)}> is not complete`;
    if (begin === undefined) {
      const tag = svg.slice(at + 1, last);
      const [name = ""] = /^\/?[\w:.-]*/.exec(tag) ?? [];
      if (!name.startsWith("/")) {
        if (!tag.endsWith("/")) open.push(name);
      } else {
        const opened = open.pop();
        if (opened === undefined) return `<${name}> closes nothing`;
        if (`/${opened}` !== name) return `<${name}> stands where </${opened}> belongs`;
      }
    }
    at = svg.indexOf("<", last);
  }
  const left = open.pop();
  return left === undefined ? undefined : `<${left}> is not closed`;
}

/** @returns where the `>` of a tag stands, of which one in quotes is none; -1 where there is none, or where no tag begins */
function tagEnd(svg: string, start: number): number {
  if (!/[A-Za-z_/]/.test(svg[start + 1] ?? "")) return -1;
  let quote: string | undefined;
  for (let at = start + 1; at < svg.length; at++) {
    const character = svg[at];
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === ">") return at;
    else if (character === "<") return -1;
  }
  return -1;
}

/**
 * The markup of an SVG element as a document of its own. An element in a page needs no namespaces; a picture that is made of it
 * stays empty without them.
 */
export function svgDocument(svg: string): string {
  const tag = /^\s*<svg[^>]*>/i.exec(svg)?.[0] ?? "";
  const missing = [
    ...(/\sxmlns\s*=/.test(tag) ? [] : [`xmlns="http://www.w3.org/2000/svg"`]),
    ...(!/\sxlink:href\s*=/.test(svg) || /\sxmlns:xlink\s*=/.test(tag)
      ? []
      : [`xmlns:xlink="http://www.w3.org/1999/xlink"`]),
  ];
  return missing.length === 0 ? svg : svg.replace(/<svg/i, (start) => `${start} ${missing.join(" ")}`);
}
