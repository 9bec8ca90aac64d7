import type { RequestHandler } from "./handler.js";

/** kernel_info says `debugger: false`; a front end that asks anyway gets a refusal in the debug adapter's own form. */
export const debug: RequestHandler = {
  name: "debug",
  handle: ({ seq, command }) => ({
    type: "response",
    seq: 0,
    request_seq: typeof seq === "number" ? seq : 0,
    command: typeof command === "string" ? command : "",
    success: false,
    message: "The runlab kernel has no debugger.",
  }),
};
