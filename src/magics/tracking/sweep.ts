import { defineMagic } from "../define-magic.js";
import type { Magic } from "../magic.js";
import { Provenance } from "../provenance/provenance.js";
import { runSweep } from "./run-sweep.js";
import { sweepArgs } from "./sweep-args.js";

/** `%%sweep alpha=[0.2, 0.8]`: the cell once per combination, each a run under one parent. */
export const sweep: Magic = sweepMagic(new Provenance());

function sweepMagic(provenance: Provenance): Magic {
  return defineMagic({
    name: "sweep",
    kind: "cell",
    summary: "Run the cell once per combination of params, as nested runs under one parent, and compare them",
    input: "args",
    body: "code",
    ownScope: true,
    trials: true,
    args: sweepArgs,
    extraArgs: {
      type: "space",
      doc: "A param: choices, or a range such as {uniform(0, 1)}, {logUniform(1e-4, 1)}, {int(1, 8)}",
      complete: "param",
    },
    lowering: "await",
    examples: [
      "%%sweep alpha=[0.2, 0.8] l1_ratio=[0.3, 0.7] metric=rmse",
      "%%sweep lr={logUniform(1e-4, 1)} layers={int(1, 4)} max=30 metric=loss prune=median live=loss",
      '%%sweep "max"=[10, 20] parallel=4',
    ],
    runCell: (args, context, body) => runSweep(args, context, body, provenance),
  });
}
