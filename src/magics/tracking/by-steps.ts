import type { MetricPoint } from "../../tracking/types.js";

/** The points of a curve in the order of x; those of one step as they were logged. */
export function bySteps(a: MetricPoint, b: MetricPoint): number {
  return a.step - b.step || a.timestamp - b.timestamp;
}
