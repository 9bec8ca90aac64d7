import { own } from "../../own.js";

/** Values as Python writes them, so that texts are MLflow's to the letter. */

/** A number that Python holds as a float: `1` is written `1.0`. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

/** As `json.dumps` writes it: spaces after `,` and `:`, ASCII only. */
export function pythonJson(value: unknown): string {
  if (value instanceof PythonFloat) return floatText(value.value);
  if (typeof value === "string") return asciiJson(value);
  if (typeof value === "number" && !Number.isFinite(value)) return floatText(value);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([key, item]) => `${asciiJson(key)}: ${pythonJson(item)}`).join(", ")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** As `repr` writes it. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value instanceof PythonFloat) return floatText(value.value).replace("NaN", "nan").replace("Infinity", "inf");
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`)
      .join(", ")}}`;
  }
  return String(value);
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  // Both languages print the shortest digits; Python turns to exponents at 1e16 and below 1e-4.
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Python prefers single quotes, and double ones for a text that has only single quotes in it. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escapes: Record<string, string> = {
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    [quote]: `\\${quote}`,
  };
  return quote + [...text].map((character) => own(escapes, character) ?? character).join("") + quote;
}
