import { useEffect, useMemo, useState } from "preact/hooks";
import { parseRoute, type Route } from "./route.js";

/** Told when an address is replaced, of which the browser says nothing. */
const replaced = "runlab:replaced";

/** The place that the address names, as it changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const look = () => setHash(location.hash);
    for (const event of ["hashchange", "popstate", replaced]) addEventListener(event, look);
    return () => {
      for (const event of ["hashchange", "popstate", replaced]) removeEventListener(event, look);
    };
  }, []);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Goes to a place. @param replace - in place of this one: going back leads to the one before */
export function goTo(href: string, { replace = false } = {}): void {
  if (href === location.hash) return;
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  dispatchEvent(new Event(replaced));
}
