import type { AssistRequest } from "../../kernel/engine/engine.js";
import type { Syntax } from "../../kernel/extension.js";
import { escapeHtml } from "../../render/escape-html.js";
import type { MimeBundle } from "../../render/mime-bundle.js";
import type { MagicIndex } from "../language/find-magic.js";
import { tokenize } from "../language/tokens.js";
import { cursorContext } from "./cursor.js";
import { helpBundle, typeName } from "./help.js";

/** @returns a magic's help at its name, an argument's at its key; undefined elsewhere, where TypeScript may answer */
export function inspect(request: AssistRequest, index: MagicIndex, syntax: Syntax): MimeBundle | undefined {
  const { code, cursor } = request;
  const context = cursorContext(code, cursor, index, syntax);
  if (!context) return undefined;
  if (context.kind === "name") {
    const magic = index.get(context.name);
    return magic && helpBundle(magic);
  }
  if (context.magic.input !== "args" && context.marker === "%") return undefined;
  const key = keyAt(code, context.nameEnd, context.lineEnd, cursor, syntax);
  const arg = context.magic.args.find((declared) =>
    declared.prefix ? key?.startsWith(`${declared.name}.`) : declared.name === key,
  );
  if (!arg) return undefined;
  const text = `${arg.name}: ${typeName(arg)}\n${arg.doc}`;
  return { data: { "text/plain": text, "text/html": `<pre>${escapeHtml(text)}</pre>` } };
}

/** The key, or the bare word that may be a flag, under the cursor. A line that is not finished has none. */
function keyAt(code: string, start: number, end: number, cursor: number, syntax: Syntax): string | undefined {
  try {
    for (const { key, value } of tokenize(code, start, end, syntax)) {
      if (key && key.start <= cursor && cursor <= key.end) return key.text;
      if (!key && value.kind === "word" && value.start <= cursor && cursor <= value.end) return value.text;
    }
  } catch {
    // The line's error is told when the cell runs.
  }
  return undefined;
}
