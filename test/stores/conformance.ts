import { describe } from "node:test";
import type { MlflowDifference } from "../../src/stores/rest/differences.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { artifactsConformance } from "./conformance/artifacts.js";
import { experimentsConformance } from "./conformance/experiments.js";
import { inputsConformance } from "./conformance/inputs.js";
import { metricsConformance } from "./conformance/metrics.js";
import { namesConformance } from "./conformance/names.js";
import { runsConformance } from "./conformance/runs.js";
import { searchConformance } from "./conformance/search.js";
import { StorePlace } from "./conformance/store-place.js";

/** What a store does in its own way, see `mlflowDifferences`: the suite then tries what is declared. */
export type Differences = Partial<Record<MlflowDifference, string>>;

/** What every store promises, tried through the client that checks the arguments. */
export function storeConformance(
  name: string,
  open: (folder: string) => TrackingStore,
  differences: Differences = {},
): void {
  describe(`${name} as a tracking store`, () => {
    const place = new StorePlace(open, differences);
    experimentsConformance(place);
    runsConformance(place);
    metricsConformance(place);
    searchConformance(place);
    inputsConformance(place);
    artifactsConformance(place);
    namesConformance(place);
  });
}
