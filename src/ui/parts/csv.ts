/** Rows that are read: more cannot be looked at. */
const mostRows = 1001;

/** The first rows of a CSV text, as many as somebody looks at or `most`. A quote that is never closed ends with the text. @see RFC 4180 */
export function parseCsv(text: string, { delimiter = ",", most = mostRows } = {}): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let quoted = false;
  const endField = () => {
    row.push(field);
    field = "";
  };
  const endRow = () => {
    endField();
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  };
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length && rows.length < most; at++) {
    const mark = text[at] ?? "";
    if (quoted) {
      if (mark !== '"') field += mark;
      else if (text[at + 1] === '"') field += text[at++] ?? "";
      else quoted = false;
    } else if (mark === '"' && field === "") quoted = true;
    else if (mark === delimiter) endField();
    else if (mark === "\n") endRow();
    else if (mark !== "\r") field += mark;
  }
  if (rows.length < most && (field !== "" || row.length > 0)) endRow();
  return rows;
}
