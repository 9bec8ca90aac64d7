import type { Check } from "./check.js";

/** The floor that package.json's `engines` states. */
const floor = { major: 20, minor: 19 };

export const nodeCheck: Check = {
  title: "Node",
  async look() {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const enough = major > floor.major || (major === floor.major && minor >= floor.minor);
    const what = `Node ${process.versions.node} at ${process.execPath}`;
    if (enough) return [{ status: "ok", what }];
    return [
      { status: "problem", what: `${what} is too old`, hint: `Install Node ${floor.major}.${floor.minor} or later.` },
    ];
  },
};
