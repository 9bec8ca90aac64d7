import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Check } from "./check.js";

export const gitCheck: Check = {
  title: "git",
  async look() {
    try {
      const { stdout } = await promisify(execFile)("git", ["--version"], { timeout: 10_000 });
      return [{ status: "ok", what: stdout.trim() }];
    } catch {
      return [
        {
          status: "warning",
          what: "git was not found: runs will not know their commit",
          hint: "Install git and have it on PATH where Jupyter starts.",
        },
      ];
    }
  },
};
