import type { CliCommand } from "./command.js";
import { convert } from "./commands/convert.js";
import { doctor } from "./commands/doctor.js";
import { experiments } from "./commands/experiments.js";
import { exportCommand } from "./commands/export.js";
import { gc } from "./commands/gc.js";
import { importCommand } from "./commands/import.js";
import { install } from "./commands/install.js";
import { models } from "./commands/models.js";
import { report } from "./commands/report.js";
import { runs } from "./commands/runs.js";
import { server } from "./commands/server.js";
import { uninstall } from "./commands/uninstall.js";

/** Every command, in the order of `runlab --help`. */
export const commands: readonly CliCommand[] = [
  install,
  uninstall,
  doctor,
  runs,
  experiments,
  models,
  server,
  report,
  exportCommand,
  importCommand,
  gc,
  convert,
];
