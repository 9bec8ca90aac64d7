import type { CliCommand } from "./command.js";
import { convert } from "./commands/convert.js";
import { copy } from "./commands/copy.js";
import { db } from "./commands/db.js";
import { doctor } from "./commands/doctor.js";
import { experiments } from "./commands/experiments.js";
import { exportCommand } from "./commands/export.js";
import { gc } from "./commands/gc.js";
import { importCommand } from "./commands/import.js";
import { install } from "./commands/install.js";
import { models } from "./commands/models.js";
import { report } from "./commands/report.js";
import { runs } from "./commands/runs.js";
import { server, ui } from "./commands/server.js";
import { sync } from "./commands/sync.js";
import { uninstall } from "./commands/uninstall.js";
import { users } from "./commands/users.js";

/** Every command, in the order of `runlab --help`. */
export const commands: readonly CliCommand[] = [
  install,
  uninstall,
  doctor,
  runs,
  experiments,
  models,
  server,
  ui,
  users,
  report,
  exportCommand,
  importCommand,
  copy,
  sync,
  gc,
  db,
  convert,
];
