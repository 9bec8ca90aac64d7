import type { Diagnostic } from "../../kernel/engine/engine.js";

/** What to use instead of IPython's magics, by the names that people type out of habit. */
const instead: ReadonlyArray<readonly [names: string, hint: string]> = [
  [
    "bash script system sx sc",
    "Write !command, !!command for its lines, or %%bash or %%script at the top of a script.",
  ],
  ["ls ll cat cp mv rm mkdir rmdir man less more grep pycat", "For a shell command, write %sh command."],
  [
    "python python2 python3 pypy ruby perl R julia",
    "Other languages run by a program of theirs: %%script python3 at the top of a script, or !python3 script.py.",
  ],
  ["conda mamba micromamba uv poetry", "For npm packages, write %npm install <name>. For Python packages, use %sh."],
  ["yarn pnpm npx bun", "%npm runs npm; run the others with %sh."],
  ["hist recall rerun rep", "%history lists the cells of this session; In[3] is the text of one."],
  ["matplotlib pylab gui", "Charts need no set-up: use %plot, %compare, or display() with a Vega-Lite spec."],
  [
    "load_ext reload_ext unload_ext autoreload",
    "Write import: an edited .ts or .js file is read again by the next cell that imports it.",
  ],
  ["debug pdb", "There is no debugger; the stack of an error shows the lines of your cells."],
  ["tb xmode", "The stack of an error is shown under its cell."],
  ["prun lprun memit mprun", "Use %timeit and %%timeit to measure code, and %time for its CPU time."],
  ["who_ls", "const names = %who stores the names that cells have declared."],
  ["javascript", "Use %%js here."],
  ["latex", "Use %%markdown, which shows formulas between dollar signs."],
  ["svg SVG", "Use %%html, which shows SVG too."],
  ["file", "Use %%writefile here."],
  ["run", 'To run a file: await import("./file.ts"), or %sh python3 file.py. %%run makes its cell a run.'],
  ["set_env", "Write %env NAME=value."],
  ["clear cls", "clearOutput() empties the cell's output."],
  ["exit quit", "Stop or restart the kernel from the front end, or call process.exit() in a cell."],
  ["pinfo2 pdoc pdef pfile psource", "name? shows what a name stands for, as Shift+Tab does; %name? explains a magic."],
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

/** `!test -f x`, but not `!done && f()`: what follows the word can't follow an operand. */
const shellLine = /^[ \t]*!([A-Za-z][\w./-]*)((?:[ \t]+(?:[^\s&|=?<>+*%,;):.].*)?)?)$/gm;

/** `const files = !ls -l`. */
const assignedShell = /\b(const|let|var)[ \t]+([\w$]+)[ \t]*=[ \t]*!([A-Za-z].*)$/gm;

/** A command with arguments; of single words, what can hardly be a name. */
const command = /^(?:(?:ls|pwd|whoami|date|hostname)\s*$|[A-Za-z][\w./-]*[ \t]+[^\s&|=?<>+*%,;):.])/;

/** `%% run`, which is no TypeScript on any line. */
const spacedCell = /^[ \t]*%%[ \t]+([A-Za-z]\w*)/gm;

/** `% runs` where a cell begins: nothing stands before it that it could be the rest of. */
const spacedFirst = /^%[ \t]+([A-Za-z]\w*)/;

/** IPython's syntax that has another form here, to explain the compile errors that it leads to. */
export function foreignSyntax(source: string): Diagnostic[] {
  return [...spacedNames(source), ...shellLines(source)];
}

function spacedNames(source: string): Diagnostic[] {
  const explain = (marker: string, name: string, at: number, length: number) =>
    remark(`There is a space between ${marker} and the name of the magic. Write ${marker}${name}.`, at, length);
  const first = source.trimStart();
  const [line, name = ""] = spacedFirst.exec(first) ?? [];
  return [
    ...(line === undefined ? [] : [explain("%", name, source.length - first.length, line.length)]),
    ...Array.from(source.matchAll(spacedCell), ({ 0: text, 1: word = "", index }) => {
      const at = index + text.indexOf("%");
      return explain("%%", word, at, index + text.length - at);
    }),
  ];
}

function shellLines(source: string): Diagnostic[] {
  if (!source.includes("!")) return [];
  const lines = Array.from(source.matchAll(shellLine), ({ 0: line, 1: word = "", 2: rest = "", index }) => {
    const reason = `This line is TypeScript, because ${word} is a name here or the function around it is not async.`;
    return remark(`${reason} For the shell command, write %sh ${(word + rest).trimEnd()}`, index, line.length);
  });
  const assigned = [...source.matchAll(assignedShell)].flatMap((match) => {
    const { 0: line, 1: keyword, 2: name, 3: rest = "", index } = match;
    if (!command.test(rest)) return [];
    const instead = `${keyword} ${name} = %sh ${rest.trimEnd()}`;
    return [remark(`For the lines that a shell command prints, write ${instead}`, index, line.length)];
  });
  return [...lines, ...assigned];
}

function remark(message: string, start: number, length: number): Diagnostic {
  return { message, code: "", category: "error", start, length };
}
