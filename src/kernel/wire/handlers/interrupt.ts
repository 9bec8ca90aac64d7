import type { RequestHandler } from "./handler.js";

export const interrupt: RequestHandler = {
  name: "interrupt",
  handle(_content, context) {
    context.interrupt();
    return {};
  },
};
