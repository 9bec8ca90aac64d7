import type { PythonInfo } from "../jupyter/python.js";

/** One thing that `runlab doctor` looks at. */
export interface Check {
  readonly title: string;
  /** Findings in the order to be shown; never throws for what it is there to find. */
  look(context: CheckContext): Promise<Finding[]>;
}

export interface CheckContext {
  /** Name of the kernelspec. */
  kernelName: string;
  /** Undefined when the Python named does not answer; why, in `pythonProblem`. */
  python: PythonInfo | undefined;
  pythonProblem: string | undefined;
}

export interface Finding {
  /** `problem`: something that runlab needs is missing; `warning`: something works less well. */
  status: "ok" | "warning" | "problem";
  what: string;
  /** How to fix it. */
  hint?: string;
}
