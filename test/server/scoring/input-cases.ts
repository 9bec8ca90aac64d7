/** One request, what is answered here, and what MLflow 3.17 answers. docs/serving.md's tables are made of these. */
export interface InputCase {
  /** What the body is, in the words of the table. */
  name: string;
  body: string | Uint8Array | object;
  /** Default: application/json. */
  type?: string;
  /** The predictions, or the status of the error with words of its message. */
  expect: readonly number[] | { status: number; says: readonly RegExp[] };
  /** MLflow's outcome for this body, seen with a Python function of the same signature. */
  mlflow: string;
}

const columns = ["acid", "pH"];
const two = [
  [1, 3],
  [2, 4],
];
const answer = [31, 42];
const refused = (...says: RegExp[]) => ({ status: 400, says });

/** Of a model with the required columns `acid` and `pH`, and two optional ones. */
export const inputCases: readonly InputCase[] = [
  { name: "`dataframe_split`", body: { dataframe_split: { columns, data: two } }, expect: answer, mlflow: "200" },
  {
    name: "`dataframe_split` with `index`",
    body: { dataframe_split: { columns, data: two, index: [7, 8] } },
    expect: answer,
    mlflow: "200",
  },
  {
    name: "`dataframe_records`",
    body: {
      dataframe_records: [
        { acid: 1, pH: 3 },
        { acid: 2, pH: 4 },
      ],
    },
    expect: answer,
    mlflow: "200",
  },
  {
    name: "`instances`, a list of objects",
    body: {
      instances: [
        { acid: 1, pH: 3 },
        { acid: 2, pH: 4 },
      ],
    },
    expect: answer,
    mlflow: "200",
  },
  { name: "`inputs`, a list of objects", body: { inputs: [{ acid: 1, pH: 3 }] }, expect: [31], mlflow: "200" },
  {
    name: "`inputs`, an object of lists",
    body: { inputs: { acid: [1, 2], pH: [3, 4] } },
    expect: answer,
    mlflow: "200",
  },
  { name: "`inputs`, an object of single values", body: { inputs: { acid: 1, pH: 3 } }, expect: [31], mlflow: "200" },
  {
    name: "`columns` beside `instances`, lists in a list",
    body: { columns, instances: two },
    expect: answer,
    mlflow: "400, the names are lost",
  },
  { name: "CSV", type: "text/csv", body: "acid,pH\n1,3\n2,4\n", expect: answer, mlflow: "200" },
  {
    name: "CSV with quotes, CRLF and a byte order mark",
    type: "text/csv; charset=utf-8",
    body: '\ufeff"pH","acid",color\r\n3,"1","red, ""dry"""\r\n4,2,\r\n',
    expect: answer,
    mlflow: "200",
  },
  {
    name: "columns in another order",
    body: { dataframe_split: { columns: ["pH", "acid"], data: [[3, 1]] } },
    expect: [31],
    mlflow: "200",
  },
  {
    name: "an extra column",
    body: { dataframe_records: [{ acid: 1, pH: 3, extra: "x" }] },
    expect: [31],
    mlflow: "200, left out",
  },
  {
    name: "a number as text, or `true`, for a double",
    body: { dataframe_records: [{ acid: "1.0", pH: true }] },
    expect: [11],
    mlflow: "200, cast",
  },
  {
    name: "a time as ISO text",
    body: { dataframe_records: [{ acid: 1, pH: 3, day: "2026-01-31T12:00:00" }] },
    expect: [31],
    mlflow: "200, cast",
  },
  {
    name: "a time with its offset from UTC",
    body: { dataframe_records: [{ acid: 1, pH: 3, day: "2026-01-31T12:00:00.25+01:00" }] },
    expect: [31],
    mlflow: "400",
  },
  {
    name: "`params` for a model that has none",
    body: { inputs: { acid: 1, pH: 3 }, params: { t: 1 } },
    expect: [31],
    mlflow: "200, ignored",
  },
  {
    name: "missing columns",
    body: { dataframe_records: [{ color: "red" }] },
    expect: refused(/column 'acid' is missing \(double\)/, /column 'pH' is missing/),
    mlflow: "400, repeats the whole data",
  },
  {
    name: "no column of the model's",
    body: { dataframe_records: [{ x: 1 }] },
    expect: refused(/'acid' \(double\), 'pH' \(double\)/),
    mlflow: "400, repeats the whole data",
  },
  {
    name: "text for a double",
    body: { dataframe_split: { columns, data: [["abc", 3]] } },
    expect: refused(/row 0, column 'acid': text "abc" where double is required/),
    mlflow: "400",
  },
  {
    name: "a time that does not exist: `2026-02-30`, `24:00`, `10:00:60`, `+25:00`",
    body: {
      dataframe_split: {
        columns: [...columns, "day"],
        data: ["2026-02-30", "2026-01-31T24:00", "2026-01-31 10:00:60", "2026-01-31T10:00+25:00", "0000-01-31"].map(
          (day) => [1, 3, day],
        ),
      },
    },
    expect: refused(...[0, 1, 2, 3, 4].map((row) => new RegExp(`row ${row}, column 'day': text "`))),
    mlflow: "400",
  },
  {
    name: "a time as a number",
    body: { dataframe_records: [{ acid: 1, pH: 3, day: 1769860800000 }] },
    expect: refused(/row 0, column 'day': 1769860800000 where datetime is required/),
    mlflow: "200, read as nanoseconds",
  },
  {
    name: "a time in another form, `2026`, `01/31/2026`, `2026-W05-6`",
    type: "text/csv",
    body: "acid,pH,day\n1,3,2026\n1,3,01/31/2026\n1,3,2026-W05-6\n",
    expect: refused(/row 0, column 'day': text "2026"/, /row 1, column 'day'/, /row 2, column 'day'/),
    mlflow: "200 for the first two, by a guess",
  },
  {
    name: "null in required columns",
    body: { dataframe_split: { columns, data: [[null, null]] } },
    expect: refused(/row 0, column 'acid' is empty/, /row 0, column 'pH' is empty/),
    mlflow: "200, the model gets NaN",
  },
  {
    name: "an empty cell of a CSV in a required column",
    type: "text/csv",
    body: "acid,pH\n1,\n",
    expect: refused(/row 0, column 'pH' is empty/),
    mlflow: "200, the model gets NaN",
  },
  {
    name: "`instances`, lists without names",
    body: { instances: two },
    expect: refused(/no column names/, /dataframe_split/),
    mlflow: "400, repeats the whole data",
  },
  {
    name: "ragged rows",
    body: { dataframe_split: { columns, data: [[1, 3], [1], [2]] } },
    expect: refused(/2 columns; row 1 is 1 values, and 1 more rows differ too/),
    mlflow: "200, filled with NaN",
  },
  {
    name: "ragged columns",
    body: { inputs: { acid: [1, 2], pH: [3] } },
    expect: refused(/lists of the same length; got 'acid': 2 values, 'pH': 1 values/),
    mlflow: "400, repeats the whole data",
  },
  {
    name: "ragged CSV",
    type: "text/csv",
    body: "acid,pH\n1,3\n1,2,3\n",
    expect: refused(/row 1/),
    mlflow: "400 with a stack trace",
  },
  {
    name: "a CSV whose quote is not closed",
    type: "text/csv",
    body: 'acid,pH\n1,"3\n',
    expect: refused(/quote in row 0/),
    mlflow: "400 with a stack trace",
  },
  {
    name: "a column name twice",
    body: { dataframe_split: { columns: ["pH", "pH"], data: [[1, 3]] } },
    expect: refused(/'pH' more than once/),
    mlflow: "400",
  },
  {
    name: "no rows",
    body: { dataframe_split: { columns, data: [] } },
    expect: refused(/no rows/),
    mlflow: "200, `[]`, or what the model makes of it",
  },
  {
    name: "a list with no rows",
    body: { instances: [] },
    expect: refused(/no rows/),
    mlflow: "400",
  },
  { name: "an object with no columns", body: { inputs: {} }, expect: refused(/no rows/), mlflow: "400" },
  {
    name: "rows that are no objects",
    body: { dataframe_records: [{ acid: 1, pH: 3 }, 5] },
    expect: refused(/Row 1 of 'dataframe_records' is a number/),
    mlflow: "400",
  },
  { name: "`{}`", body: {}, expect: refused(/no key/, /exactly one of "dataframe_split"/), mlflow: "400" },
  { name: "an unknown key", body: { rows: two }, expect: refused(/has 'rows'/, /exactly one of/), mlflow: "400" },
  {
    name: "an unknown key beside a known one",
    body: { inputs: { acid: 1, pH: 3 }, extra: 1 },
    expect: refused(/unknown keys 'extra'/),
    mlflow: "200, dropped",
  },
  {
    name: "two formats at once",
    body: { inputs: [], instances: [] },
    expect: refused(/'instances', 'inputs' at once/),
    mlflow: "400",
  },
  {
    name: "MLflow 1's `{columns, data}`",
    body: { columns, data: two },
    expect: refused(/exactly one of/),
    mlflow: "400",
  },
  { name: "a list", body: [1], expect: refused(/JSON object; got a list/), mlflow: "400" },
  {
    name: "`params` that is no object",
    body: { inputs: { acid: 1, pH: 3 }, params: 5 },
    expect: refused(/'params' must be an object/),
    mlflow: "200, ignored",
  },
  {
    name: "malformed JSON",
    body: '{"inputs": secret',
    expect: refused(/not valid JSON/),
    mlflow: "400, repeats the body",
  },
  {
    name: "a NaN literal",
    body: '{"inputs": {"acid": NaN, "pH": 3}}',
    expect: refused(/JSON has no NaN/),
    mlflow: "200",
  },
  { name: "an empty body", body: "", expect: refused(/body is empty/), mlflow: "400" },
  {
    name: "bytes that are no UTF-8",
    body: Uint8Array.of(0x7b, 0xff, 0x7d),
    expect: refused(/not valid UTF-8/),
    mlflow: "400",
  },
  {
    name: "another charset",
    type: "application/json; charset=latin-1",
    body: { inputs: { acid: 1, pH: 3 } },
    expect: { status: 415, says: [/only supports UTF-8/] },
    mlflow: "415",
  },
  {
    name: "another content type",
    type: "text/plain",
    body: { inputs: { acid: 1, pH: 3 } },
    expect: { status: 415, says: [/application\/json, text\/csv/] },
    mlflow: "415",
  },
  {
    name: "10 MB of junk",
    body: "x".repeat(10 * 1024 * 1024),
    expect: { status: 413, says: [/larger than 8 MB/] },
    mlflow: "400, repeats all 10 MB",
  },
];
