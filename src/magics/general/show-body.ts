import type { MimeBundle } from "../../render/mime-bundle.js";
import type { Magic } from "../magic.js";

/** The cell form of a magic that shows its body as it is, in one MIME type. */
export function showBody(bundle: (text: string) => MimeBundle["data"]): NonNullable<Magic["runCell"]> {
  return async ({ text }, { output }) => {
    output.display({ data: bundle(String(text)) });
    return { hasValue: false, value: undefined };
  };
}
