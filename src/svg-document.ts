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
