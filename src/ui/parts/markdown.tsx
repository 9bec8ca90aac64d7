import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";

/** Where a picture that a text names is to be had, if anywhere. */
export type PictureUrl = (name: string) => string | undefined;

const Pictures = createContext<PictureUrl | undefined>(undefined);

/**
 * Markdown as elements: headings, paragraphs, lists, quotes, code, tables, links, emphasis. Nothing in a text becomes markup of
 * another kind: HTML in it shows as it is written.
 * @param pictures - of the run that the text belongs to; any other picture is a link: nothing is fetched from elsewhere
 */
export function Markdown({ text, pictures }: { text: string; pictures?: PictureUrl }) {
  return (
    <Pictures.Provider value={pictures}>
      <div class="markdown">{blocks(text.replace(/\r\n?/g, "\n").slice(0, longest).split("\n"))}</div>
    </Pictures.Provider>
  );
}

/** Characters that are read. */
const longest = 200_000;

function blocks(lines: readonly string[]): ComponentChildren[] {
  const out: ComponentChildren[] = [];
  let at = 0;
  const line = () => lines[at] ?? "";
  const take = (is: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    while (at < lines.length && is(line())) taken.push(lines[at++] ?? "");
    return taken;
  };
  while (at < lines.length) {
    const current = line();
    const fence = /^ {0,3}(```+|~~~+)/.exec(current)?.[1];
    const heading = /^(#{1,6}) (.*)$/.exec(current);
    if (current.trim() === "") at++;
    else if (fence !== undefined) {
      at++;
      const code = take((one) => !one.trimStart().startsWith(fence));
      at++;
      out.push(<pre>{code.join("\n")}</pre>);
    } else if (heading !== null) {
      at++;
      out.push(headingOf(heading[1]?.length ?? 1, inline(heading[2] ?? "")));
    } else if (/^ {0,3}([-*_])( *\1){2,} *$/.test(current)) {
      at++;
      out.push(<hr />);
    } else if (current.startsWith(">")) {
      out.push(
        <blockquote>{blocks(take((one) => one.startsWith(">")).map((one) => one.slice(1).trimStart()))}</blockquote>,
      );
    } else if (isTable(current, lines[at + 1])) {
      out.push(table(take((one) => one.includes("|"))));
    } else if (listMark(current) !== undefined) {
      out.push(list(take((one) => listMark(one) !== undefined || /^\s+\S/.test(one))));
    } else {
      const paragraph = take((one) => one.trim() !== "" && !startsBlock(one));
      out.push(<p>{inline(paragraph.join("\n"))}</p>);
    }
  }
  return out;
}

function startsBlock(line: string): boolean {
  return /^( {0,3}(```|~~~)|#{1,6} |>)/.test(line) || listMark(line) !== undefined;
}

function headingOf(level: number, content: ComponentChildren) {
  // The page has headings of its own above these.
  if (level === 1) return <h3>{content}</h3>;
  return level === 2 ? <h4>{content}</h4> : <h5>{content}</h5>;
}

function listMark(line: string): "ul" | "ol" | undefined {
  if (/^ {0,3}[-*+] /.test(line)) return "ul";
  return /^ {0,3}\d{1,9}[.)] /.test(line) ? "ol" : undefined;
}

function list(lines: readonly string[]) {
  const items: string[][] = [];
  for (const line of lines) {
    const text = line.replace(/^ {0,3}([-*+]|\d{1,9}[.)]) /, "");
    const last = items.at(-1);
    if (listMark(line) !== undefined || last === undefined) items.push([text]);
    else last.push(line.replace(/^ {1,4}/, ""));
  }
  const shown = items.map(([first = "", ...rest]) => (
    <li>
      {inline(first)}
      {rest.length > 0 && blocks(rest)}
    </li>
  ));
  return listMark(lines[0] ?? "") === "ol" ? <ol>{shown}</ol> : <ul>{shown}</ul>;
}

function isTable(line: string, next: string | undefined): boolean {
  return line.includes("|") && next !== undefined && /^[ |:-]+$/.test(next) && next.includes("-");
}

function table([head = "", , ...rows]: readonly string[]) {
  return (
    <div class="scroll-x">
      <table>
        <thead>
          <tr>
            {cells(head).map((cell) => (
              <th scope="col">{inline(cell)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {cells(row).map((cell) => (
                <td>{inline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cells(row: string): string[] {
  const trimmed = row.trim().replace(/^\|/, "").replace(/\|$/, "");
  return trimmed.split("|").map((cell) => cell.trim());
}

/** In the order they are tried at a place; each is bounded, so that no text takes long. */
const marks: ReadonlyArray<{ pattern: RegExp; show(match: RegExpExecArray): ComponentChildren }> = [
  { pattern: /`([^`\n]{1,2000})`/y, show: ([, code]) => <code>{code}</code> },
  { pattern: /\*\*([^*\n]{1,2000})\*\*/y, show: ([, text = ""]) => <strong>{inline(text)}</strong> },
  { pattern: /\*([^*\n\s][^*\n]{0,2000})\*/y, show: ([, text = ""]) => <em>{inline(text)}</em> },
  {
    pattern: /!?\[([^\]\n]{0,1000})\]\(([^()\s]{1,2000})\)/y,
    show: ([whole, text = "", url = ""]) =>
      whole.startsWith("!") ? <Picture text={text} name={url} /> : link(text, url),
  },
  { pattern: /https?:\/\/[^\s<>"'()]{1,2000}/y, show: ([url]) => link(url, url) },
];

function inline(text: string): ComponentChildren[] {
  const out: ComponentChildren[] = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const found = /[`*![h]/.test(text[at] ?? "") ? markAt(text, at) : undefined;
    if (found === undefined) plain += text[at++] ?? "";
    else {
      out.push(plain, found.shown);
      plain = "";
      at = found.end;
    }
  }
  out.push(plain);
  return out;
}

function markAt(text: string, at: number): { shown: ComponentChildren; end: number } | undefined {
  for (const { pattern, show } of marks) {
    const sticky = new RegExp(pattern);
    sticky.lastIndex = at;
    const match = sticky.exec(text);
    if (match !== null) return { shown: show(match), end: sticky.lastIndex };
  }
  return undefined;
}

function Picture({ text, name }: { text: string; name: string }) {
  const url = useContext(Pictures)?.(name);
  return url === undefined ? link(text, name) : <img src={url} alt={text || name} loading="lazy" />;
}

/** Only addresses of the web and of mail lead anywhere. */
function link(text: string, url: string): ComponentChildren {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return text === "" ? url : `${text} (${url})`;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {text || url}
    </a>
  );
}
