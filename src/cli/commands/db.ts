import { TrackingError } from "../../errors.js";
import { resolveUri } from "../../stores/open.js";
import { isDatabaseUri } from "../../stores/sql/database-uri.js";
import { type CliCommand, words } from "../command.js";

const upgrade: CliCommand = {
  name: "upgrade",
  summary: "Bring a database to this version's schema; processes that write to it can go on",
  arguments: [{ name: "uri", doc: "sqlite:///runlab.db, or postgresql://user@host/name", required: true }],
  options: [{ flags: "--json", doc: "print JSON, for scripts" }],
  async run(input) {
    const [uri = ""] = words(input, "uri");
    if (!isDatabaseUri(uri)) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `'${uri}' is not the URI of a database.`, {
        hint: "Write sqlite:///runlab.db or postgresql://user@host/name. A folder needs no upgrade.",
      });
    }
    // Other commands need no library of a database.
    const { upgradeDatabase } = await import("../../stores/sql/open-sql.js");
    const { version, steps } = await upgradeDatabase(resolveUri(uri));
    if (input.options.json) input.io.print(JSON.stringify({ version, steps }));
    else {
      for (const step of steps) input.io.print(`added: ${step}`);
      input.io.print(`The schema is at version ${version}${steps.length === 0 ? " already" : ""}.`);
    }
  },
};

/** `runlab db`: MLflow's command, by its words. */
export const db: CliCommand = {
  name: "db",
  summary: "Look after a store that is a database",
  subcommands: [upgrade],
};
