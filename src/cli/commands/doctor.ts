import { errorStatus, KernelError } from "../../errors.js";
import { type CliCommand, type CliIo, textOption } from "../command.js";
import type { CheckContext, Finding } from "../doctor/check.js";
import { checks } from "../doctor/checks.js";
import { askPython } from "../jupyter/python.js";

const signs: Readonly<Record<Finding["status"], string>> = { ok: "✓", warning: "!", problem: "✗" };

/** `runlab doctor`: says what is missing and how to mend it; exit code 7 when there is a problem. */
export const doctor: CliCommand = {
  name: "doctor",
  summary: "Say what is missing and how to mend it",
  options: [
    { flags: "--python <command>", doc: "the Python that has Jupyter", default: "python3" },
    { flags: "--name <name>", doc: "name of the kernelspec", default: "runlab" },
    { flags: "--json", doc: "as JSON, for scripts" },
  ],
  async run(input) {
    const context = await makeContext(textOption(input, "python") ?? "python3", textOption(input, "name") ?? "runlab");
    const results: Array<{ title: string; findings: Finding[] }> = [];
    for (const { title, look } of checks) {
      const findings = await look(context);
      results.push({ title, findings });
      if (!input.options.json) show(title, findings, input.io);
    }
    if (input.options.json) input.io.print(JSON.stringify(results, null, 2));
    const problems = results.flatMap(({ findings }) => findings).filter(({ status }) => status === "problem");
    if (problems.length > 0) input.io.setExitCode(errorStatus.INVALID_STATE.exit);
    else if (!input.options.json) input.io.print("Everything that runlab needs is there.");
  },
};

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
