import type { ComparisonChart } from "./comparison.js";
import { groupedBars } from "./grouped-bars.js";
import { metricBars } from "./metric-bars.js";
import { metricBox } from "./metric-box.js";
import { metricFacets } from "./metric-facets.js";
import { paramContour } from "./param-contour.js";
import { paramParallel } from "./param-parallel.js";
import { paramScatter } from "./param-scatter.js";
import { runCurves } from "./run-curves.js";
import { scatterMatrix } from "./scatter-matrix.js";

/** In order of preference: the first that suits is drawn. `metricFacets` suits everything. */
export const comparisonCharts: readonly ComparisonChart[] = [
  paramContour,
  paramParallel,
  paramScatter,
  metricBox,
  runCurves,
  metricBars,
  groupedBars,
  scatterMatrix,
  metricFacets,
];
