import type { Diagnostic } from "../../kernel/engine/engine.js";

/** What stands in the place of IPython's magics, by the names that people type out of habit. */
const instead: ReadonlyArray<readonly [names: string, hint: string]> = [
  ["bash script system sx sc", "Write %sh command, const lines = %sh command, or %%sh at the top of a script."],
  ["ls ll cat cp mv rm mkdir rmdir man less more grep pycat", "For a shell command, write %sh command."],
  ["python python2 python3 pypy ruby perl R julia", "Other languages run through the shell: %sh python3 script.py."],
  ["conda mamba micromamba uv poetry", "For npm packages, write %npm install <name>. For Python packages, use %sh."],
  ["yarn pnpm npx bun", "%npm runs npm; run the others with %sh."],
  ["history hist recall rerun rep", "A run records the source of its cell, which %run_info shows."],
  ["matplotlib pylab gui", "Charts need no set-up: use %plot, %compare, or display() with a Vega-Lite spec."],
  [
    "load_ext reload_ext unload_ext autoreload",
    "Write import: an edited .ts or .js file is read again by the next cell that imports it.",
  ],
  ["debug pdb", "There is no debugger; the stack of an error shows the lines of your cells."],
  ["tb xmode", "The stack of an error is shown under its cell."],
  ["prun lprun memit mprun", "Use %timeit and %%timeit to measure code, and %time for its CPU time."],
  ["who_ls whos", "%who lists the names that cells have declared; const names = %who stores them."],
  ["javascript", "Use %%js here."],
  ["latex", "Use %%markdown, which shows formulas between dollar signs."],
  ["svg SVG", "Use %%html, which shows SVG too."],
  ["file", "Use %%writefile here."],
  ["run", 'To run a file: await import("./file.ts"), or %sh python3 file.py. %%run makes its cell a run.'],
  ["set_env", "Write %env NAME=value."],
  ["clear cls", "clearOutput() empties the cell's output."],
  ["exit quit", "Stop or restart the kernel from the front end, or call process.exit() in a cell."],
  ["pinfo pinfo2 pdoc pdef pfile psource", "Shift+Tab on a name shows what it is; %name? explains a magic."],
  ["magic quickref help", "A cell that contains only ? explains the syntax of magics and lists them."],
  ["store", "Values live as long as the kernel; save them with a run by %log_text, %log_table or %log_artifact."],
];

const hints: ReadonlyMap<string, string> = new Map(
  instead.flatMap(([names, hint]) => names.split(" ").map((name) => [name, hint] as const)),
);

/** What does here what IPython's magic of that name does there; undefined for another name. */
export function habitHint(name: string): string | undefined {
  return hints.get(name);
}

/** `!ls -l`, but not `!done && f()`: what follows the word can't follow an operand. */
const shellLine = /^[ \t]*!([A-Za-z][\w./-]*(?:[ \t]+(?:[^\s&|=?<>+*%,;):.].*)?)?)$/gm;

/** A cell that is nothing but `name?`, `name??`, `?name` or `??name`. */
const helpCell = /^\s*(?:\?{1,2}[ \t]*([\w$.]+)|([\w$.]+)\?{1,2})\s*$/;

/** IPython's syntax for which there are no magics here, to explain the compile errors that it leads to. */
export function foreignSyntax(source: string): Diagnostic[] {
  const found = [...source.matchAll(shellLine)].map(({ 0: line, 1: command = "", index }) =>
    remark(`A line that starts with ! is not a shell command here. Write %sh ${command.trimEnd()}`, index, line.length),
  );
  const [, before, behind] = helpCell.exec(source) ?? [];
  const name = before ?? behind;
  if (name === undefined) return found;
  return [remark(`Shift+Tab on ${name} shows what it is; %name? explains a magic.`, 0, source.length)];
}

function remark(message: string, start: number, length: number): Diagnostic {
  return { message, code: "", category: "error", start, length };
}
