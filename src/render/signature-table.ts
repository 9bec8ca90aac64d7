import type { SignatureChangeRow, SignatureRow, SignatureRows } from "./rows.js";
import type { Table, TableColumn } from "./table.js";

/** Inputs, outputs and params of a signature: name, type, required, shape, range, example; empty columns are left out. */
export function signatureTable(
  rows: SignatureRows,
  options: { caption?: string; notes?: readonly string[] } = {},
): Table {
  const all = [...rows.inputs, ...rows.outputs, ...rows.params];
  const optional = (key: "shape" | "range" | "example"): TableColumn[] =>
    all.some((row) => row[key] !== undefined) ? [{ label: key, type: "code" }] : [];
  const shape = optional("shape");
  const range = optional("range");
  const example = optional("example");
  const line = (part: string) => (row: SignatureRow, at: number) => [
    part,
    row.name ?? `(unnamed ${at})`,
    row.type,
    row.required,
    ...shape.map(() => row.shape),
    ...range.map(() => row.range),
    ...example.map(() => row.example),
  ];
  return {
    caption: options.caption ?? "Signature",
    columns: [
      { label: "part" },
      { label: "name", rowHeader: true },
      { label: "type", type: "code" },
      { label: "required", type: "boolean" },
      ...shape,
      ...range,
      ...example,
    ],
    rows: [...rows.inputs.map(line("input")), ...rows.outputs.map(line("output")), ...rows.params.map(line("param"))],
    ...(options.notes ? { notes: options.notes } : {}),
  };
}

/** What changed between two signatures, breaking changes first. */
export function signatureDiffTable(changes: readonly SignatureChangeRow[], options: { caption?: string } = {}): Table {
  const sorted = [...changes].sort((a, b) => Number(b.breaking) - Number(a.breaking));
  const breaking = changes.filter((change) => change.breaking).length;
  const verdict = changes.length === 0 ? "No difference." : `${breaking} of ${changes.length} breaking.`;
  return {
    caption: options.caption ?? "Signature changes",
    columns: [
      { label: "breaking", type: "boolean" },
      { label: "part" },
      { label: "name", rowHeader: true },
      { label: "change" },
      { label: "before", type: "code" },
      { label: "after", type: "code" },
    ],
    rows: sorted.map((row) => [row.breaking, row.part, row.name, row.change, row.before, row.after]),
    notes: [verdict],
  };
}
