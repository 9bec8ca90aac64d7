import { utf16Offset } from "../code-points.js";
import type { RequestHandler } from "./handler.js";

export const inspect: RequestHandler = {
  name: "inspect",
  async handle(content, { engine }) {
    const code = typeof content.code === "string" ? content.code : "";
    const cursor = typeof content.cursor_pos === "number" ? utf16Offset(code, content.cursor_pos) : code.length;
    const detailLevel = content.detail_level === 1 ? 1 : 0;
    const bundle = await engine.request("inspect", { request: { code, cursor, detailLevel } });
    return { found: bundle !== null, data: bundle?.data ?? {}, metadata: bundle?.metadata ?? {} };
  },
};
