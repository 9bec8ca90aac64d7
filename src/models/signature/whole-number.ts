const digits = /^\s*[-+]?\d{1,15}\s*$/;
const decimal = /^\s*([-+]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d+))?\s*$/;

/** More than 64 bits ever need. */
const mostDigits = 20;

/**
 * The whole number that a text says, exactly: `"12"`, `"9007199254740993"`, `"1e3"`, `"2.0"`.
 * @returns a BigInt beyond 2^53; undefined for a fraction however small, for more than 20 digits, and for any other text
 */
export function wholeNumber(text: string): number | bigint | undefined {
  if (digits.test(text)) return Number(text);
  const found = decimal.exec(text);
  if (found === null) return undefined;
  const [, sign, written = "", exponent = "0"] = found;
  const [whole = "", fraction = ""] = written.split(".");
  const significant = (whole + fraction).replace(/^0+/, "");
  const kept = withoutZeros(significant);
  if (kept === "") return 0;
  // The number is `kept` times ten to the power of `shift`.
  const shift = Number(exponent) - fraction.length + significant.length - kept.length;
  if (shift < 0 || kept.length + shift > mostDigits) return undefined;
  const value = BigInt(kept + "0".repeat(shift)) * (sign === "-" ? -1n : 1n);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Without the zeros at its end. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}
