import type { RequestHandler } from "./handler.js";

export const history: RequestHandler = {
  name: "history",
  async handle(content, context) {
    return { history: await context.history.request(content) };
  },
};
