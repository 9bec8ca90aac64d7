import { RunlabError } from "../../errors.js";
import { TrackingClient } from "../../tracking/client.js";
import { type App, type HttpContext, reply } from "../http/app.js";
import { defaultLimits } from "../http/connections.js";
import { contentType, readText } from "../http/request-body.js";
import { GuardedStore } from "./guarded-store.js";
import { Permissions } from "./permissions.js";
import { Sessions } from "./sessions.js";
import { SignIn } from "./sign-in.js";
import { tokenDigest, type UsersFile } from "./users-file.js";

/** The page's own files, which hold nothing of the store: the page asks for the password. */
const openPaths = /^\/(index\.html|assets\/[^/]+)?$/;
/** Bytes of a request to sign in. */
const largestSignIn = 16 * 1024;

export interface Guarded {
  /** Does what the user of a request may do. */
  client: TrackingClient;
  permissions: Permissions;
}

/**
 * Makes users sign in to an app: routes that are added to it from here on are for them, and what they ask of the client that this gives is
 * done as far as the user may. Programs send a name and password, or a token, with each request; the page signs in once at `/login`.
 */
export function guardedClient(app: App, client: TrackingClient, users: UsersFile): Guarded {
  const permissions = new Permissions(client.store, users);
  const signIn = new SignIn(users);
  const sessions = new Sessions(users);
  app.post("/login", async (context) => {
    const { username, password, token } = await fieldsOf(context);
    const authorization =
      token === undefined
        ? `Basic ${Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64")}`
        : `Bearer ${token.trim()}`;
    const user = await signIn.userOf(authorization, "Bearer");
    const digest = token === undefined ? undefined : tokenDigest(token.trim());
    context.env.exchange.notes.user = user.name;
    const cookie = sessions.begin(user, digest, isSecure(context));
    return reply(context, { body: JSON.stringify({ user: user.name }), headers: { "set-cookie": cookie } });
  });
  app.post("/logout", (context) => {
    const cookie = sessions.end(context.env.exchange.incoming.headers, isSecure(context));
    return reply(context, { body: "{}", headers: { "set-cookie": cookie } });
  });
  app.use("*", async ({ req, env: { exchange } }, next) => {
    const { headers } = exchange.incoming;
    if (req.method === "GET" && openPaths.test(exchange.path)) return next();
    // A browser would ask for the password in a dialog of its own, which the page does itself.
    const scheme = exchange.path.startsWith("/ajax-api/") ? "Bearer" : "Basic";
    const byCookie = headers.authorization === undefined ? sessions.userOf(headers) : undefined;
    const user = byCookie ?? (await signIn.userOf(headers.authorization, scheme));
    exchange.notes.user = user.name;
    await permissions.as(user, byCookie !== undefined, next);
  });
  return { client: new TrackingClient(new GuardedStore(client.store, permissions)), permissions };
}

/** As a proxy says that speaks TLS with the browser. */
function isSecure({ req }: HttpContext): boolean {
  return req.header("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}

/** @throws {RunlabError} INVALID_PARAMETER_VALUE for what is no JSON object of texts: a form of another site can send none */
async function fieldsOf({
  env: { exchange },
}: HttpContext): Promise<{ username?: string; password?: string; token?: string }> {
  const text = await readText(exchange, { size: largestSignIn, time: defaultLimits.body });
  if (contentType(exchange).type === "application/json") {
    try {
      const { username, password, token } = JSON.parse(text) as Record<string, unknown>;
      return {
        ...(typeof username === "string" ? { username } : {}),
        ...(typeof password === "string" ? { password } : {}),
        ...(typeof token === "string" ? { token } : {}),
      };
    } catch {
      // Said below; the text may hold a password.
    }
  }
  throw new RunlabError("INVALID_PARAMETER_VALUE", "The body must be a JSON object.", {
    hint: 'Send {"username": …, "password": …} or {"token": …}.',
  });
}
