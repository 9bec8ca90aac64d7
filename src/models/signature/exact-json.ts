import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * Loaded when a whole number beyond 2^53 turns up. Not by `import()`: signatures are read without waiting.
 * Node 22 tells a reviver the text of a number; until then JSON.parse alone loses the digits.
 */
function losslessJson(): typeof import("lossless-json") {
  return require("lossless-json");
}

/** The longest that a double can be: beyond it, it is Infinity. */
const longestDouble = 309;

/**
 * Parses JSON; a whole number beyond 2^53 that is written with its digits, without a point or an exponent, is a BigInt.
 * @throws {SyntaxError} for what is not JSON
 * @throws {RangeError} for such a number in lists nested some thousand deep
 */
export function parseExact(text: string): unknown {
  // It is faster, and says what is JSON.
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object") return typeof value === "number" ? exactNumber(text.trim()) : value;
  if (!mayHoldLargeInteger(text)) return value;
  return losslessJson().parse(text, undefined, {
    parseNumber: exactNumber,
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

/** JSON in which a BigInt is a number, with all its digits. @param space - as of JSON.stringify */
export function stringifyExact(value: unknown, space?: number): string {
  return losslessJson().stringify(value, undefined, space) ?? "null";
}

/**
 * A BigInt where no type says what is wanted: as the number that JavaScript writes with the same digits, so that the
 * doubles of a JavaScript client stay numbers; else itself.
 */
export function plainInteger(value: bigint): number | bigint {
  const number = Number(value);
  return String(number) === String(value) ? number : value;
}

/** The same for every BigInt in JSON's lists and objects; `value` itself where there is none. */
export function plainIntegers(value: unknown): unknown {
  return typeof value === "object" && value !== null && !holdsBigInt(value) ? value : converted(value);
}

function converted(value: unknown): unknown {
  if (typeof value === "bigint") return plainInteger(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(converted);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, converted(item)]));
}

/** Without recursion: what a client sends may be nested as deep as it likes. */
function holdsBigInt(value: object): boolean {
  const open: object[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const item of Array.isArray(next) ? next : Object.values(next)) {
      if (typeof item === "bigint") return true;
      if (typeof item === "object" && item !== null) open.push(item);
    }
  }
  return false;
}

/** Digits of 2^53. */
const digitsOfLarge = 16;

/**
 * Whether there is a whole number of 17 digits or more, or of 16 that begin with a 9; also one inside of a text.
 * Looks at every 16th character and around the digits among these: bodies are large, and nearly none has such a number.
 */
function mayHoldLargeInteger(text: string): boolean {
  for (let at = digitsOfLarge - 1; at < text.length; at += digitsOfLarge) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let from = at;
    while (isDigit(text.charCodeAt(from - 1))) from--;
    while (isDigit(text.charCodeAt(at + 1))) at++;
    const count = at - from + 1;
    if (count < digitsOfLarge || (count === digitsOfLarge && text[from] !== "9")) continue;
    const isFraction = text[from - 1] === ".";
    const goesOn = [".", "e", "E"].includes(text.charAt(at + 1));
    if (!isFraction && !goesOn) return true;
  }
  return false;
}

/** NaN, beyond the ends of a text, is not one. */
function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function exactNumber(text: string): number | bigint {
  const number = Number(text);
  if (Number.isSafeInteger(number) || text.length > longestDouble || !/^-?\d+$/.test(text)) return number;
  return BigInt(text);
}
