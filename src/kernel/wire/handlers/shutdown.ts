import type { RequestHandler } from "./handler.js";

export const shutdown: RequestHandler = {
  name: "shutdown",
  handle({ restart }, context) {
    context.shutdown(restart === true);
    return { restart: restart === true };
  },
};
