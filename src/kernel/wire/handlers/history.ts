import type { RequestHandler } from "./handler.js";

export const history: RequestHandler = {
  name: "history",
  handle: (content, context) => ({ history: context.history.request(content) }),
};
