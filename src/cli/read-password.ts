import { RunlabError } from "../errors.js";

/** Characters of a password that are read. */
const longest = 1000;

/**
 * A password: what is piped in, up to the end of the line, or what a person types, which is not shown. Never a word of the command line,
 * which other users of the machine can see.
 * @throws {RunlabError} CANCELLED on Ctrl+C
 */
export async function readPassword(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    let text = "";
    for await (const piece of stdin.setEncoding("utf8")) {
      text += String(piece);
      if (text.length > longest || text.includes("\n")) break;
    }
    return text.split(/\r?\n/, 1)[0] ?? "";
  }
  stderr.write(`${question}: `);
  stdin.setRawMode(true);
  try {
    return await typed(stdin.setEncoding("utf8"));
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

async function typed(stdin: NodeJS.ReadStream): Promise<string> {
  const letters: string[] = [];
  for await (const piece of stdin.iterator({ destroyOnReturn: false })) {
    for (const letter of String(piece)) {
      if (letter === "\r" || letter === "\n" || letter === "\u0004") return letters.join("");
      if (letter === "\u0003") throw new RunlabError("CANCELLED", "No password was given.");
      if (letter === "\u007f" || letter === "\b") letters.pop();
      else if (letters.length < longest && letter >= " ") letters.push(letter);
    }
  }
  return letters.join("");
}
