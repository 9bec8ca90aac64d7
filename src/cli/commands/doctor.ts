import { errorStatus, KernelError } from "../../errors.js";
import { type CliCommand, type CliInput, type CliIo, textOption } from "../command.js";
import type { Check, CheckContext, Finding } from "../doctor/check.js";
import { fastStartCheck, kernelspecCheck, startCheck } from "../doctor/kernel-checks.js";
import { gitCheck, jupyterCheck, nodeCheck } from "../doctor/program-checks.js";
import { storeFindings } from "../doctor/store-report.js";
import { askPython } from "../jupyter/python.js";
import { storeOptions } from "../store-session.js";

/** What `runlab doctor` looks at, each needing what stands before it. */
const checks: readonly Check[] = [nodeCheck, gitCheck, jupyterCheck, kernelspecCheck, fastStartCheck, startCheck];

const signs: Readonly<Record<Finding["status"], string>> = { ok: "✓", warning: "!", problem: "✗" };

/** `runlab doctor`: says what is missing and how to fix it; exit code 7 when there is a problem. */
export const doctor: CliCommand = {
  name: "doctor",
  summary: "Say what is missing and how to fix it",
  options: [
    { flags: "--python <command>", doc: "the Python that has Jupyter", default: "python3" },
    { flags: "--name <name>", doc: "name of the kernelspec", default: "runlab" },
    { flags: "--store", doc: "check a store's files instead: what is damaged, and what --fix would do about it" },
    { flags: "--fix", doc: "with --store: fix what can be fixed; unreadable data is kept next to it" },
    { flags: "--mend", doc: "the earlier name of --fix", hidden: true },
    ...storeOptions,
  ],
  async run(input) {
    if (input.options.store) return lookAtStore(input);
    const context = await makeContext(textOption(input, "python") ?? "python3", textOption(input, "name") ?? "runlab");
    const results: Result[] = [];
    for (const { title, look } of checks) {
      const findings = await look(context);
      results.push({ title, findings });
      if (!input.options.json) show(title, findings, input.io);
    }
    conclude(results, input, "runlab has everything that it needs.");
  },
};

interface Result {
  title: string;
  findings: Finding[];
}

async function lookAtStore(input: CliInput): Promise<void> {
  const fix = input.options.fix === true || input.options.mend === true;
  const findings = await storeFindings(textOption(input, "trackingUri"), fix);
  if (!input.options.json) show("store", findings, input.io);
  conclude([{ title: "store", findings }], input, "Every document in the store can be read.");
}

function conclude(results: readonly Result[], { options, io }: CliInput, allIsWell: string): void {
  if (options.json) io.print(JSON.stringify(results, null, 2));
  const problems = results.flatMap(({ findings }) => findings).filter(({ status }) => status === "problem");
  if (problems.length > 0) io.setExitCode(errorStatus.INVALID_STATE.exit);
  else if (!options.json) io.print(allIsWell);
}

async function makeContext(command: string, kernelName: string): Promise<CheckContext> {
  try {
    return { kernelName, python: await askPython(command), pythonProblem: undefined };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { kernelName, python: undefined, pythonProblem: error.message };
  }
}

function show(title: string, findings: readonly Finding[], io: CliIo): void {
  for (const { status, what, hint } of findings) {
    io.print(`${signs[status]} ${title}: ${what.replaceAll("\n", "\n    ")}`);
    if (hint) io.print(`    → ${hint}`);
  }
}
