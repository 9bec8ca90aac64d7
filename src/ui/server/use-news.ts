import { useLayoutEffect, useRef } from "preact/hooks";
import { useServices } from "../services.js";
import type { News } from "./news.js";

/** Hears what changes in the store while the component is shown. */
export function useNews(hear: (news: News) => void): void {
  const { news } = useServices();
  const latest = useRef(hear);
  latest.current = hear;
  useLayoutEffect(() => news.listen((one) => latest.current(one)), [news]);
}
