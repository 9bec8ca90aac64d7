import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's home folder: what the environment says, if that is an absolute path, else what the system knows of the account.
 * `os.homedir()` believes an empty HOME, and what is then joined to it lies in the working directory.
 * @returns undefined for an account without one
 */
export function homeFolder(env: Environment = process.env): string | undefined {
  return absolute(process.platform === "win32" ? env.USERPROFILE : env.HOME) ?? absolute(accountHome());
}

/**
 * Where this user's programs keep what they can make again.
 * @returns undefined for an account without a home folder
 * @see XDG Base Directory Specification: a relative path is to be ignored
 */
export function userCacheFolder(env: Environment = process.env): string | undefined {
  const local = process.platform === "win32" ? absolute(env.LOCALAPPDATA) : undefined;
  return absolute(env.XDG_CACHE_HOME) ?? local ?? below(homeFolder(env), ".cache");
}

/**
 * Where this user's programs keep what must outlive them, and belongs to this machine.
 * @returns undefined for an account without a home folder
 * @see XDG Base Directory Specification
 */
export function userStateFolder(env: Environment = process.env): string | undefined {
  const local = process.platform === "win32" ? absolute(env.LOCALAPPDATA) : undefined;
  return absolute(env.XDG_STATE_HOME) ?? local ?? below(homeFolder(env), ".local", "state");
}

/**
 * Where this user's programs keep settings.
 * @returns undefined for an account without a home folder
 * @see XDG Base Directory Specification
 */
export function userConfigFolder(env: Environment = process.env): string | undefined {
  const roaming = process.platform === "win32" ? absolute(env.APPDATA) : undefined;
  return absolute(env.XDG_CONFIG_HOME) ?? roaming ?? below(homeFolder(env), ".config");
}

/**
 * Jupyter's data folder of this user, as a Jupyter without settings of its own has it.
 * @returns undefined for an account without a home folder
 * @see jupyter_core.paths.jupyter_data_dir
 */
export function jupyterDataFolder(env: Environment = process.env): string | undefined {
  const named = absolute(env.JUPYTER_DATA_DIR);
  if (named !== undefined) return named;
  const home = homeFolder(env);
  if (process.platform === "darwin") return below(home, "Library", "Jupyter");
  if (process.platform === "win32") return below(absolute(env.APPDATA) ?? below(home, "AppData", "Roaming"), "jupyter");
  return below(absolute(env.XDG_DATA_HOME) ?? below(home, ".local", "share"), "jupyter");
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

function below(folder: string | undefined, ...path: string[]): string | undefined {
  return folder && join(folder, ...path);
}

/** Undefined for a user id that no account has, as containers may run under. */
function accountHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

const home = /^~(?=$|[\\/])/;

/** `~` and `~/data` as shells take them; any other path as it is. */
export function homePath(path: string): string {
  const folder = homeFolder();
  return folder === undefined ? path : path.replace(home, () => folder);
}

/**
 * The same path in a plain script.
 * @param path - what was given as a plain word or text; any other value is no `~`
 * @returns an expression with the names that it needs, by module; undefined when the path stands as it is
 */
export function homePathText(path: unknown): { text: string; imports: Record<string, string[]> } | undefined {
  if (typeof path !== "string" || !home.test(path)) return undefined;
  return { text: `homedir() + ${JSON.stringify(path.slice(1))}`, imports: { "node:os": ["homedir"] } };
}
