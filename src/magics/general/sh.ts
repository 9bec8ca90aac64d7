import { MagicError } from "../../errors.js";
import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
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
    return runCommand(text, { name: "%sh", quiet: context.assigned }, context);
  },
  async runCell({ text }, context) {
    const shell = process.platform === "win32" ? "cmd /q" : "/bin/sh -s";
    await runCommand(shell, { name: "%%sh", script: text }, context);
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
    await runCommand("bash -s", { name: "%%bash", script: text }, context);
    return { hasValue: false, value: undefined };
  },
});
