import { HubEvaluator } from "../../../src/kernel/engine/hub/evaluator.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";
import { engineConformance } from "./conformance.js";

engineConformance({
  name: "the hub",
  createEngine: (options) => new HubEngine(options),
  createEvaluator: (compile) => new HubEvaluator(compile),
  misses: {},
});
