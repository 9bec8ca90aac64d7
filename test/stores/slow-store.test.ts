import { storeConformance } from "./conformance.js";
import { registryConformance } from "./registry-conformance.js";
import { slowStore } from "./slow-store.js";

storeConformance("a slow store that shares no memory", () => slowStore());
registryConformance("a slow store that shares no memory", () => slowStore());
