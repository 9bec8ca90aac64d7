import type { RequestHandler } from "./handler.js";

export const isComplete: RequestHandler = {
  name: "is_complete",
  async handle(content, { engine }) {
    const code = typeof content.code === "string" ? content.code : "";
    return { ...(await engine.request("isComplete", { code })) };
  },
};
