/** The rows of a CSV text. A quote that is never closed ends with the text. @see RFC 4180 */
export function parseCsv(text: string, { delimiter = "," } = {}): string[][] {
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
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at++) {
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
  if (field !== "" || row.length > 0) endRow();
  return rows;
}

/** What is between the columns of a CSV file: a semicolon where the comma is the decimal point, as spreadsheets write it there. */
export function delimiterOf(text: string): "," | ";" | "\t" {
  const [head = ""] = text.split("\n", 1);
  const counts = ([",", ";", "\t"] as const).map((mark) => ({ mark, count: head.split(mark).length }));
  return counts.reduce((most, one) => (one.count > most.count ? one : most)).mark;
}
