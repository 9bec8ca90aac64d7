import { useCallback, useEffect, useState } from "preact/hooks";
import type { MeJson } from "../../server/page/page-json.js";
import { AskError, get, post, signedOut } from "../server/ask.js";
import type { FirstAnswers } from "../server/first-answers.js";

/** Why the page asks for a password. */
export type SignedOut = "asked" | "ended" | "left";

export interface Me {
  /** Undefined until the server has said it. */
  me: MeJson | undefined;
  /** Nobody is signed in, where somebody must be. */
  out: SignedOut | undefined;
  /** @throws {AskError} 401 for a wrong name, password or token */
  signIn(given: { username: string; password: string } | { token: string }): Promise<void>;
  signOut(): Promise<void>;
}

/** Who uses the page. A server that lets everybody do everything asks for nothing. */
export function useMe(first: FirstAnswers): Me {
  const [state, setState] = useState<{ me?: MeJson; out?: SignedOut }>({});
  const look = useCallback(async () => {
    const me = await first
      .take("me", () => get<MeJson>("runlab", "me"))
      .catch((error: Error) => {
        // What else goes wrong is said by what is drawn.
        if (error instanceof AskError) return undefined;
        throw error;
      });
    if (me !== undefined) setState({ me });
  }, [first]);
  useEffect(() => {
    const leave = () => setState(({ me, out }) => ({ out: out ?? (me === undefined ? "asked" : "ended") }));
    addEventListener(signedOut, leave);
    void look();
    return () => removeEventListener(signedOut, leave);
  }, [look]);
  return {
    ...{ me: state.me, out: state.out },
    signIn: async (given) => {
      await post("server", "login", given);
      await look();
    },
    signOut: async () => {
      await post("server", "logout", {});
      setState({ out: "left" });
    },
  };
}
