import { homePath, homePathText } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { say } from "../runtime/say.js";

/** `%tracking_uri ./experiments`, `%tracking_uri http://127.0.0.1:5000`; alone, says where runs go. */
export const trackingUri = defineMagic({
  name: "tracking_uri",
  kind: "line",
  summary: "Choose where runs are stored: a folder, a database or the address of a tracking server; alone, show where",
  input: "text",
  args: [],
  complete: "folder",
  lowering: "await",
  returns: "string",
  draws: true,
  examples: [
    "%tracking_uri",
    "%tracking_uri ./experiments",
    "%tracking_uri sqlite:///runlab.db",
    "%tracking_uri http://127.0.0.1:5000",
  ],
  script({ text, assigned }) {
    if (text === "" || assigned) return { calls: ["getTrackingUri()"], sync: true };
    const uri = unquoted(text);
    const inHome = homePathText(uri);
    return {
      calls: [`setTrackingUri(${inHome?.text ?? JSON.stringify(uri)})`],
      ...(inHome && { imports: inHome.imports }),
      sync: true,
    };
  },
  run({ text }, { session, output, assigned }) {
    const uri = text.trim();
    if (uri !== "") session.setTrackingUri(homePath(unquoted(uri)));
    const now = session.getTrackingUri();
    if (!assigned) {
      say(output, `Runs are stored in ${now}`);
      session.storeIsShown();
    }
    return now;
  },
});

/** The rest of the line is taken as it stands, but quotes around all of it are a habit. */
function unquoted(text: string): string {
  return /^(["']).+\1$/.test(text) ? text.slice(1, -1) : text;
}
