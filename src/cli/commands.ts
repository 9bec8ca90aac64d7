import type { CliCommand } from "./command.js";
import { doctor } from "./commands/doctor.js";
import { install } from "./commands/install.js";
import { uninstall } from "./commands/uninstall.js";

/** Every command, in the order of `runlab --help`. */
export const commands: readonly CliCommand[] = [install, uninstall, doctor];
