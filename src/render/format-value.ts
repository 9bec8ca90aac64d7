/** Numbers, times and durations as people read them in a table. The exact value stays in the cell's title. */

/** Significant digits of a number that is not whole: enough to tell runs apart, few enough to scan. */
const digits = 5;

/** The same digits in Vega's charts. @see d3-format */
export const numberFormat = `,.${digits}~g`;

/**
 * Without options `toLocaleString` is as fast as a formatter of its own, since V8 keeps it; a module cannot make one as it
 * is loaded, because the engine's startup snapshot cannot hold it.
 * @returns e.g. "0.12346", "1.2e-7", "1,500", "NaN"; whole numbers keep every digit up to 1e15
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return trimExponent(value.toExponential(digits - 1));
  if (size >= 1000) return Number(value.toFixed(2)).toLocaleString("en-US");
  return trimZeros(value.toPrecision(digits));
}

/**
 * How the numbers of one column are written, with the decimal points in line.
 * @param values - those of the whole column; where their sizes differ very much, each is written on its own
 */
export function columnFormat(values: readonly number[]): (value: number) => string {
  const finite = values.filter(Number.isFinite);
  if (finite.every(Number.isInteger)) return formatNumber;
  const sizes = finite.map(Math.abs).filter((size) => size > 0);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const smallest = sizes.reduce((least, size) => Math.min(least, size), Infinity);
  if (largest >= 1e9 || smallest < 1e-4 || largest / smallest > 1e4) return formatNumber;
  // The largest value looks as it does alone, on a run's card and in a chart.
  const wanted = Math.max(0, digits - 1 - Math.floor(Math.log10(largest)));
  let decimals = 0;
  for (const value of finite) {
    decimals = Math.max(decimals, decimalsOf(value, wanted));
    if (decimals === wanted) break;
  }
  const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return (value) => (Number.isFinite(value) ? format.format(value) : String(value));
}

/** @returns a text per value, as {@link columnFormat} writes them */
export function formatNumberColumn(values: readonly number[]): string[] {
  return values.map(columnFormat(values));
}

/** @param ms - ms since the epoch @returns local time to the second, e.g. "2026-11-24 08:31:07" */
export function formatTime(ms: number): string {
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) return String(ms);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** @param ms - a duration in ms @returns e.g. "12 ms", "3.4 s", "2 min 05 s", "1 h 02 min" */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (part: number) => String(part).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600).toLocaleString("en-US")} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

/** @returns `text` itself, or its start and an ellipsis; never cuts a surrogate pair */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, Math.max(0, length - 1)).join("")}…`;
}

/** @param bytes - at least 0 @returns e.g. "512 B", "34.5 KB", "1.2 MB"; units of 1,000 */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${trimZeros(value.toFixed(power === 0 ? 0 : 1))} ${units[power]}`;
}

/** @returns e.g. "1 run", "1,200 runs" */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** Where a dataset came from: MLflow keeps it as JSON with a `uri` or a `url`. */
export function datasetPlace(source: string): string {
  try {
    const { uri, url } = JSON.parse(source) as { uri?: unknown; url?: unknown };
    const location = uri ?? url;
    return typeof location === "string" ? location : source;
  } catch {
    return source;
  }
}

function decimalsOf(value: number, most: number): number {
  const fraction = trimZeros(Math.abs(value).toFixed(most)).split(".")[1];
  return fraction?.length ?? 0;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/(?<!0)0+$/, "").replace(/\.$/, "") : text;
}

function trimExponent(text: string): string {
  return text
    .replace(/(?<!0)0+e/, "e")
    .replace(".e", "e")
    .replace("e+", "e");
}
