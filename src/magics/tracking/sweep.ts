import { rangeNames } from "../../sweeps/space.js";
import { defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";
import type { Magic, ScriptCall, ScriptForm } from "../magic.js";
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
    script: sweepScript,
    runCell: (args, context, body) => runSweep(args, context, body, provenance),
  });
}

/** What only a notebook's sweep does. */
const notebookOptions = ["prune", "resume", "parallel", "live"];

/** A run per trial under a parent; one that throws is FAILED, and the others go on. */
function sweepScript({ arg, keys }: ScriptCall): ScriptForm {
  const params = keys("extra");
  const names = params.join(", ");
  const spaces = arg("extra") ?? "{}";
  const from = rangeNames.filter((range) => spaces.includes(`${range}(`));
  const trials = from.length === 0 ? spaces : `({ ${from.join(", ")} }) => (${spaces})`;
  const options = objectText({ mode: arg("mode"), max: arg("max"), seed: arg("seed") });
  const left = notebookOptions.filter((name) => arg(name) !== undefined);
  const experiment = arg("experiment");
  return {
    calls: experiment === undefined ? [] : [`setExperiment(${experiment})`],
    imports: { runlab: ["logParams", "startRun", "sweepTrials", "trialName"] },
    around: (body) =>
      [
        ...(left.length === 0 ? [] : [`// %%sweep in a notebook alone takes ${left.join(", ")}.`]),
        `await startRun(${objectText({ runName: arg("name") }) ?? "{}"}, async () => {`,
        `for (const { ${names} } of ${callText("sweepTrials", trials, options)}) {`,
        `await startRun({ runName: trialName({ ${names} }), nested: true }, async () => {`,
        `await logParams({ ${names} });`,
        body,
        "}).catch(console.error);",
        "}",
        "});",
      ].join("\n"),
  };
}
