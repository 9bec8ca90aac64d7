import { isAbsolute } from "node:path";
import { own } from "../../own.js";
import { fastStartState } from "../fast-start.js";
import type { Check, Finding } from "./check.js";

export const fastStartCheck: Check = {
  title: "Fast start",
  async look() {
    return [found(), ...ignored()];
  },
};

function found(): Finding {
  const state = fastStartState();
  if ("path" in state) return { status: "ok", what: state.path };
  const what = `kernels start, but more slowly: ${state.problem}`;
  if (!state.unsafe) return { status: "warning", what, hint: "runlab install" };
  const hint =
    "Using it could run somebody else's code with your permissions, so it is ignored. Remove it, then run: runlab install";
  return { status: "warning", what, hint };
}

/** Settings that would put a cache into whatever folder a notebook lies in. */
function ignored(): Finding[] {
  return ["XDG_CACHE_HOME", "HOME"].flatMap((name): Finding[] => {
    const value = own(process.env, name);
    if (value === undefined || isAbsolute(value) || (value === "" && name !== "HOME")) return [];
    const what = `${name} is '${value}', which is not an absolute path, so it is ignored`;
    return [{ status: "warning", what, hint: `Set ${name} to an absolute path, or unset it.` }];
  });
}
