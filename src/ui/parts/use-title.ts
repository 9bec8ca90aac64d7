import { useEffect } from "preact/hooks";

/** What the browser calls this page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? "runlab" : `${title} · runlab`;
  }, [title]);
}
