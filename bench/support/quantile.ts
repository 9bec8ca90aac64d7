/**
 * The value that a part of all values do not exceed: 0.5 gives the median, 1 the highest.
 * @param values - in any order
 * @returns NaN when there are none
 */
export function quantile(values: Iterable<number>, part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: Iterable<number>): number {
  return quantile(values, 0.5);
}
