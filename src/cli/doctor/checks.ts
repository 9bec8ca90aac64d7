import type { Check } from "./check.js";
import { fastStartCheck } from "./fast-start-check.js";
import { gitCheck } from "./git-check.js";
import { jupyterCheck } from "./jupyter-check.js";
import { kernelspecCheck } from "./kernelspec-check.js";
import { nodeCheck } from "./node-check.js";
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
