import { preparedFastStart } from "../fast-start.js";
import type { Check } from "./check.js";

export const fastStartCheck: Check = {
  title: "Fast start",
  async look() {
    const path = preparedFastStart();
    if (path !== undefined) return [{ status: "ok", what: path }];
    const what = "not prepared for this Node and this runlab; kernels start, but more slowly";
    return [{ status: "warning", what, hint: "runlab install" }];
  },
};
