import { useState } from "preact/hooks";
import { ErrorLine } from "../parts/error-box.js";
import { useTitle } from "../parts/use-title.js";
import { AskError } from "../server/ask.js";
import { ThemeButton } from "../shell/theme-button.js";
import type { Me, SignedOut } from "./use-me.js";

const words: Readonly<Record<SignedOut, string>> = {
  asked: "This server asks everybody to sign in.",
  ended: "Your session has ended. Sign in to go on where you were.",
  left: "You have signed out.",
};

/** Asks for a name and password, or a token. */
export function SignInPage({ why, signIn }: { why: SignedOut; signIn: Me["signIn"] }) {
  useTitle("Sign in");
  const [byToken, setByToken] = useState(false);
  const [username, setUsername] = useState("");
  const [secret, setSecret] = useState("");
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await signIn(byToken ? { token: secret } : { username, password: secret });
    } catch (problem) {
      const wrong = problem instanceof AskError && problem.status === 401;
      const what = byToken ? "There is no such token." : "The name or the password is wrong.";
      setError(wrong ? new Error(what) : (problem as Error));
      setSecret("");
    }
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form class="sign-in-box" onSubmit={submit} aria-label="Sign in">
        <div class="sign-in-head">
          <h1>
            <img src={new URL("../mark.svg", import.meta.url).href} alt="" width="24" height="24" />
            runlab
          </h1>
          <ThemeButton />
        </div>
        <p class="faint">{words[why]}</p>
        {!byToken && (
          <div class="field">
            <label for="sign-in-name">Name</label>
            <input
              id="sign-in-name"
              type="text"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              autofocus
              value={username}
              onInput={(event) => setUsername(event.currentTarget.value)}
            />
          </div>
        )}
        <div class="field">
          <label for="sign-in-secret">{byToken ? "Token" : "Password"}</label>
          <input
            key={String(byToken)}
            id="sign-in-secret"
            type="password"
            autocomplete={byToken ? "off" : "current-password"}
            value={secret}
            onInput={(event) => setSecret(event.currentTarget.value)}
          />
        </div>
        {error && <ErrorLine error={error} />}
        <button
          type="submit"
          class="button primary"
          disabled={busy || secret === "" || (!byToken && username.trim() === "")}
        >
          {busy ? "Signing in…" : "Sign in"}
        </button>
        <button
          type="button"
          class="link-button"
          onClick={() => {
            setByToken(!byToken);
            setSecret("");
            setError(undefined);
          }}
        >
          {byToken ? "Sign in with a name and password" : "Sign in with a token"}
        </button>
        <p class="hint">
          An admin adds users with <code>runlab users add</code>.
        </p>
      </form>
    </main>
  );
}
