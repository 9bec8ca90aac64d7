// PostgreSQL's programs, with which the suites of its store start a server of their own.
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall, canAptInstall } from "./apt.mjs";
import { StepError, step } from "./steps.mjs";

/** Where Debian keeps them, by version: they are not on PATH. */
const debian = "/usr/lib/postgresql";

/** How a person enables these suites. */
export const postgresqlHint =
  "install PostgreSQL (Debian: apt-get install postgresql), or set RUNLAB_POSTGRESQL to the folder with its initdb";

/**
 * Finds the folder with initdb and postgres, or installs it as root on Debian.
 * @returns {Promise<string | undefined>} undefined when there is none and it cannot be installed here
 */
export async function ensurePostgresql() {
  const found = findPostgresql();
  if (found || !canAptInstall()) return found;
  try {
    await step("installing PostgreSQL", (progress) => aptInstall(["postgresql"], progress));
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
  }
  return findPostgresql();
}

function findPostgresql() {
  const holds = (folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"));
  const named = process.env.RUNLAB_POSTGRESQL;
  if (named) return holds(named) ? named : undefined;
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...versions.map((version) => join(debian, version, "bin")), ...folders].find(holds);
}
