import { codePointOffset, utf16Offset } from "../code-points.js";
import type { RequestHandler } from "./handler.js";

export const complete: RequestHandler = {
  name: "complete",
  async handle(content, { engine }) {
    const code = typeof content.code === "string" ? content.code : "";
    const cursor = typeof content.cursor_pos === "number" ? utf16Offset(code, content.cursor_pos) : code.length;
    const completion = await engine.request("complete", { request: { code, cursor } });
    const start = codePointOffset(code, completion.start);
    const end = codePointOffset(code, completion.end);
    const types = completion.types?.map((type) => ({ start, end, ...type }));
    return {
      matches: completion.matches,
      cursor_start: start,
      cursor_end: end,
      metadata: types ? { _jupyter_types_experimental: types } : {},
    };
  },
};
