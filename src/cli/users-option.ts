import { join, resolve } from "node:path";
import { RunlabError } from "../errors.js";
import { UsersFile } from "../server/auth/users-file.js";
import { homePath, userConfigFolder } from "../user-folders.js";
import { type CliInput, type CliOption, textOption } from "./command.js";

/** Of every command that looks at the users of a server. */
export const usersOption: CliOption = {
  flags: "--users <file>",
  doc: "the file of users; default: runlab/users.json in the folder for settings",
};

/** @throws {RunlabError} INVALID_PARAMETER_VALUE for an account without a home folder, unless the file is named */
export function usersFile(input: CliInput): UsersFile {
  const named = textOption(input, "users");
  if (named !== undefined) return new UsersFile(resolve(homePath(named)));
  const folder = userConfigFolder();
  if (folder !== undefined) return new UsersFile(join(folder, "runlab", "users.json"));
  throw new RunlabError("INVALID_PARAMETER_VALUE", "This account has no home folder for the file of users.", {
    hint: "Name the file with --users.",
  });
}
