import type { ComparisonChart } from "./comparison.js";
import { groupedBars } from "./grouped-bars.js";
import { metricBars } from "./metric-bars.js";
import { metricFacets } from "./metric-facets.js";
import { paramParallel } from "./param-parallel.js";
import { paramScatter } from "./param-scatter.js";

/** In order of preference: the first that fits is drawn. `metricFacets` fits everything. */
export const comparisonCharts: readonly ComparisonChart[] = [
  paramParallel,
  paramScatter,
  metricBars,
  groupedBars,
  metricFacets,
];
