import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

export interface Asked<T> {
  /** The last answer, also while the next one is awaited. */
  value: T | undefined;
  error: Error | undefined;
  loading: boolean;
  /** Asks again. */
  again(): void;
  /** Puts a changed answer in place, before the server gives it. */
  set(change: (value: T) => T): void;
}

/**
 * What the server answers, asked for when the component is first drawn and whenever `key` changes.
 * @param key - names what is asked for; undefined: nothing is
 * @param ask - `show` takes a part of the answer that has come before the rest; there is none while an earlier answer is shown
 */
export function useAsked<T>(
  key: string | undefined,
  ask: (signal: AbortSignal, show?: (part: T) => void) => Promise<T>,
): Asked<T> {
  const [state, setState] = useState<{ key?: string; value?: T; error?: Error; loading: boolean }>({ loading: true });
  const [count, setCount] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  // Before the page is painted: the sooner the server is asked, the better.
  useLayoutEffect(() => {
    if (key === undefined) return undefined;
    const stop = new AbortController();
    const known = state.key === key && state.value !== undefined;
    const show = (value: T) => !stop.signal.aborted && setState({ key, value, loading: true });
    setState((before) => (before.key === key ? { ...before, loading: true } : { key, loading: true }));
    latest.current(stop.signal, known ? undefined : show).then(
      (value) => !stop.signal.aborted && setState({ key, value, loading: false }),
      (error: Error) =>
        !stop.signal.aborted && setState((before) => ({ key, value: before.value, error, loading: false })),
    );
    return () => stop.abort();
  }, [key, count]);
  const again = useCallback(() => setCount((before) => before + 1), []);
  const set = useCallback((change: (value: T) => T) => {
    setState((before) => (before.value === undefined ? before : { ...before, value: change(before.value) }));
  }, []);
  const current: typeof state = state.key === key ? state : { loading: key !== undefined };
  const { value, error, loading } = current;
  return useMemo(() => ({ value, error, loading, again, set }), [value, error, loading, again, set]);
}
