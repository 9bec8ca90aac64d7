/** Comments, CDATA, instructions and tags, of which a `>` in quotes is part; a `<` that begins none of them. */
const markup =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[?!][^>]*>|<(\/?)([A-Za-z_][\w:.-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>|</g;

/**
 * Why no browser draws the markup: as a picture it is XML, in which every tag is closed.
 * @returns undefined when its tags are right
 */
export function svgFault(svg: string): string | undefined {
  const open: string[] = [];
  for (const [piece, slash, name = "", rest = ""] of svg.matchAll(markup)) {
    if (piece === "<") return open.length === 0 ? "a tag is not complete" : `a tag in <${open.at(-1)}> is not complete`;
    if (name === "") continue;
    if (slash === "") {
      if (!rest.endsWith("/")) open.push(name);
      continue;
    }
    const last = open.pop();
    if (last !== name)
      return last === undefined ? `</${name}> closes nothing` : `</${name}> stands where </${last}> belongs`;
  }
  const left = open.pop();
  return left === undefined ? undefined : `<${left}> is not closed`;
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
