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
          what: "git was not found, so runs will not record their commit",
          hint: "Install git, and make sure that it is on the PATH where Jupyter starts.",
        },
      ];
    }
  },
};
