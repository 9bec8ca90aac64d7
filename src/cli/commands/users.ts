import { findExperiment } from "../../queries/find-experiment.js";
import { tableText } from "../../render/table.js";
import { type Level, levels, registryScope, type User } from "../../server/auth/user.js";
import { checkWord } from "../../tracking/validation.js";
import { type CliArgument, type CliCommand, type CliInput, textOption, words } from "../command.js";
import { readPassword } from "../read-password.js";
import { storeOptions, withStore } from "../store-session.js";
import { usersFile, usersOption } from "../users-option.js";

const user: CliArgument = { name: "name", doc: "the user's name", required: true };
const json = { flags: "--json", doc: "print JSON, for scripts" };

const add: CliCommand = {
  name: "add",
  summary: "Add a user, whose password is typed or piped in; the first user is an admin",
  arguments: [user],
  options: [{ flags: "--admin", doc: "the user may do everything" }, usersOption],
  async run(input) {
    const file = usersFile(input);
    const password = await readPassword("Password");
    const { name, admin } = await file.add(nameOf(input), password, input.options.admin === true);
    input.io.print(`User '${name}'${admin ? ", an admin," : ""} is in ${file.path}.`);
  },
};

const list: CliCommand = {
  name: "list",
  summary: "List users, what they may do, and their tokens",
  options: [json, usersOption],
  async run(input) {
    const file = usersFile(input);
    const shown = file.users.map(withoutSecrets);
    if (input.options.json) {
      input.io.print(JSON.stringify({ default_level: file.defaultLevel, users: shown }, null, 2));
      return;
    }
    input.io.print(
      tableText({
        caption: "Users",
        columns: [
          { label: "name", rowHeader: true },
          { label: "admin" },
          { label: "permissions" },
          { label: "tokens" },
        ],
        rows: shown.map(({ name, admin, permissions, tokens }) => [
          name,
          admin ? "yes" : "",
          Object.entries(permissions)
            .map(([scope, level]) => `${scope}: ${level}`)
            .join(", "),
          tokens.map(({ id }) => id).join(", "),
        ]),
        notes: [`Where nothing is said, the level is '${file.defaultLevel}'.`],
      }),
    );
  },
};

const remove: CliCommand = {
  name: "remove",
  summary: "Remove a user, whose password and tokens then open nothing",
  arguments: [user],
  options: [usersOption],
  async run(input) {
    await usersFile(input).remove(nameOf(input));
    input.io.print(`User '${nameOf(input)}' is removed.`);
  },
};

const password: CliCommand = {
  name: "password",
  summary: "Set another password, which is typed or piped in",
  arguments: [user],
  options: [usersOption],
  async run(input) {
    await usersFile(input).setPassword(nameOf(input), await readPassword("New password"));
    input.io.print(`User '${nameOf(input)}' has another password.`);
  },
};

const grant: CliCommand = {
  name: "grant",
  summary: "Say what a user may do with an experiment or the registered models",
  arguments: [
    user,
    { name: "experiment", doc: "name or id; `models` means the registered models", required: true },
    { name: "level", doc: levels.join(", "), required: true },
  ],
  options: [usersOption, ...storeOptions.filter(({ flags }) => flags !== "--json")],
  async run(input) {
    const [experiment = ""] = words(input, "experiment");
    const level = levelOf(input);
    const file = usersFile(input);
    const scope =
      experiment === registryScope
        ? registryScope
        : await withStore(input, async (session) => (await findExperiment(session, experiment)).experimentId);
    file.grant(nameOf(input), scope, level);
    input.io.print(
      `User '${nameOf(input)}' has '${level}' for ${scope === registryScope ? "the registered models" : `experiment ${scope}`}.`,
    );
  },
};

const defaultLevel: CliCommand = {
  name: "default",
  summary: "Say what users may do where nothing was granted; a new file says read",
  arguments: [{ name: "level", doc: levels.join(", "), required: true }],
  options: [usersOption],
  async run(input) {
    usersFile(input).setDefaultLevel(levelOf(input));
    input.io.print(`Where nothing was granted, users have '${levelOf(input)}'.`);
  },
};

const token: CliCommand = {
  name: "token",
  summary: "Make a token for a program of a user, shown once; clients have it as MLFLOW_TRACKING_TOKEN",
  arguments: [user],
  options: [{ flags: "--revoke <id>", doc: "revoke this token instead of making one" }, usersOption],
  async run(input) {
    const file = usersFile(input);
    const id = textOption(input, "revoke");
    if (id !== undefined) {
      file.removeToken(nameOf(input), id);
      input.io.print(`The token ${id} opens nothing now.`);
      return;
    }
    const made = file.addToken(nameOf(input));
    input.io.note(`Token ${made.id} of '${nameOf(input)}'. It cannot be shown again.`);
    input.io.print(made.token);
  },
};

/** `runlab users add|list|remove|password|grant|default|token`. */
export const users: CliCommand = {
  name: "users",
  summary: "Say who may sign in to `runlab server --auth`, and what they may do",
  subcommands: [add, list, remove, password, grant, defaultLevel, token],
};

function withoutSecrets({ password: _, tokens, ...rest }: User) {
  return { ...rest, tokens: tokens.map(({ id, created }) => ({ id, created })) };
}

function nameOf(input: CliInput): string {
  return words(input, "name")[0] ?? "";
}

function levelOf(input: CliInput): Level {
  return checkWord("level", words(input, "level")[0]?.toLowerCase(), levels);
}
