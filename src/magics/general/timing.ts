/**
 * A duration as IPython prints it: three significant digits and a unit; minutes and more as `1min 3s`.
 * @param seconds - 0 or more
 */
export function formatSeconds(seconds: number): string {
  if (seconds >= 60) {
    const parts: string[] = [];
    let left = Math.round(seconds);
    for (const [unit, size] of [
      ["d", 86_400],
      ["h", 3600],
      ["min", 60],
      ["s", 1],
    ] as const) {
      const count = Math.floor(left / size);
      left -= count * size;
      if (count > 0) parts.push(`${count}${unit}`);
    }
    return parts.join(" ");
  }
  for (const [unit, size] of [
    ["s", 1],
    ["ms", 1e-3],
    ["μs", 1e-6],
  ] as const) {
    if (seconds >= size) return `${threeDigits(seconds / size)} ${unit}`;
  }
  return `${threeDigits(seconds * 1e9)} ns`;
}

/** Like C's `%.3g`, without an exponent. */
function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
