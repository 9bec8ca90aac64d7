import { MagicError } from "../../errors.js";
import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
import type { MagicContext } from "../magic.js";
import { say } from "../runtime/say.js";
import { runCommand } from "./run-command.js";

/** `%sh command` and `%%sh` over a script: the system's shell, output shown as it comes. */
export const sh = defineMagic({
  name: "sh",
  kind: "both",
  summary: "Run a shell command, or the cell as a shell script",
  input: "text",
  body: "text",
  args: [],
  lowering: "await",
  draws: true,
  returns: "string[]",
  examples: [
    "%sh ls -l data",
    "!ls -l data",
    "const files = %sh ls data",
    "%%sh\nfor f in *.csv; do\n  wc -l $f\ndone",
  ],
  script({ text, assigned }) {
    const options = assigned ? '{ encoding: "utf8" }' : '{ stdio: "inherit" }';
    const call = callText("execSync", JSON.stringify(text), options);
    return {
      calls: [assigned ? `${call}.trimEnd().split("\\n")` : call],
      imports: { "node:child_process": ["execSync"] },
      sync: true,
    };
  },
  run({ text }, context) {
    if (text === "") {
      throw new MagicError("INVALID_PARAMETER_VALUE", "%sh needs a command.", {
        hint: "Write %sh command, or %%sh at the top of a script.",
      });
    }
    sayOfServer(text, "%sh", context);
    return runCommand(text, { name: "%sh", quiet: context.assigned }, context);
  },
  async runCell({ text }, context) {
    const shell = process.platform === "win32" ? "cmd /q" : "/bin/sh -s";
    sayOfServer(text, "%%sh", context);
    await runCommand(shell, { name: "%%sh", script: text }, context);
    return { hasValue: false, value: undefined };
  },
});

/** A server in the foreground ends when it is stopped, and so would the cell: there are magics that do not wait. */
function sayOfServer(text: string, name: string, { output }: MagicContext): void {
  const found = foregroundServer(text);
  if (found === undefined) return;
  const { command, magic } = found;
  const line = `'${command}' is a server: ${name} waits until it ends. Interrupt the cell to stop it. ${magic} starts it beside the notebook and returns at once.`;
  say(output, line, "stderr");
}

/** The first server that a shell text starts and waits for, and the magic that does not. */
export function foregroundServer(text: string): { command: string; magic: string } | undefined {
  for (const line of text.split(/[\n;|]|&&/)) {
    const words = line.trim().split(/\s+/);
    // `mlflow ui &` does not wait, and `mlflow ui --help` is no server.
    if (words.at(-1)?.endsWith("&") || words.includes("--help") || words[0]?.startsWith("#")) continue;
    const at = words.findIndex((word) => /^(?:\S*\/)?(?:runlab|mlflow)$/.test(word));
    // Words before it start it: `npx runlab ui`, `python3 -m mlflow ui`, `RUNLAB_SPOOL=off runlab ui`; elsewhere it is data.
    if (at < 0 || !words.slice(0, at).every((word) => starters.test(word))) continue;
    const [program = "", first = "", second = ""] = words.slice(at);
    if (first === "ui" || first === "server") return { command: `${program} ${first}`, magic: "%ui" };
    if (first === "models" && second === "serve") {
      return { command: `${program} models serve`, magic: "%serve <model>" };
    }
  }
  return undefined;
}

const starters = /^(?:-\w+|npx|npm|exec|uv|uvx|run|env|nohup|time|(?:\S*\/)?python[\d.]*|\w+=\S*)$/;

/** `%%script python3 -u` over a script: the program gets it on its standard input. */
export const script = defineMagic({
  name: "script",
  kind: "cell",
  summary: "Run the cell with a program: python3, perl, psql",
  input: "args",
  body: "text",
  headerText: "command",
  args: [{ name: "command", type: "string", doc: "The program and its arguments", positional: true, required: true }],
  lowering: "await",
  examples: ["%%script python3\nimport sys\nprint(sys.version)", "%%script node --input-type=module\nconsole.log(1)"],
  script: ({ text, arg }) => ({
    calls: [
      callText(
        "execSync",
        arg("command") ?? '""',
        `{ input: ${JSON.stringify(text)}, stdio: ["pipe", "inherit", "inherit"] }`,
      ),
    ],
    imports: { "node:child_process": ["execSync"] },
    sync: true,
  }),
  async runCell({ command, text }, context) {
    await runCommand(command, { name: `%%script ${command}`, script: text }, context);
    return { hasValue: false, value: undefined };
  },
});

/** `%%bash` over a script: as `%%sh`, in bash. */
export const bash = defineMagic({
  name: "bash",
  kind: "cell",
  summary: "Run the cell as a bash script",
  input: "args",
  body: "text",
  args: [],
  lowering: "await",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash has templates of its own
  examples: ['%%bash\nfiles=(*.csv)\necho "${#files[@]} files"'],
  script: ({ text }) => ({
    calls: [
      callText(
        "execFileSync",
        '"bash"',
        '["-s"]',
        `{ input: ${JSON.stringify(text)}, stdio: ["pipe", "inherit", "inherit"] }`,
      ),
    ],
    imports: { "node:child_process": ["execFileSync"] },
    sync: true,
  }),
  async runCell({ text }, context) {
    sayOfServer(text, "%%bash", context);
    await runCommand("bash -s", { name: "%%bash", script: text }, context);
    return { hasValue: false, value: undefined };
  },
});
