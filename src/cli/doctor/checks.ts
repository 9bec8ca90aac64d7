import type { Check } from "./check.js";
import { fastStartCheck } from "./fast-start-check.js";
import { kernelspecCheck } from "./kernelspec-check.js";
import { gitCheck, jupyterCheck, nodeCheck } from "./program-checks.js";
import { startCheck } from "./start-check.js";

/** What `runlab doctor` looks at, each needing what stands before it. */
export const checks: readonly Check[] = [
  nodeCheck,
  gitCheck,
  jupyterCheck,
  kernelspecCheck,
  fastStartCheck,
  startCheck,
];
