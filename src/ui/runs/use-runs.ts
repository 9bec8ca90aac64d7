import { useEffect, useRef } from "preact/hooks";
import type { RunsRequest } from "../../server/page/page-json.js";
import { type Asked, useAsked } from "../server/use-asked.js";
import { useNews } from "../server/use-news.js";
import { useServices } from "../services.js";
import { mergeRuns, type RunSet, runSet } from "./run-set.js";
import { type RunsReading, readRuns, runsKey } from "./runs-reading.js";

/** Changed runs that are asked for by their ids; of more, all are read again. */
const mostIds = 500;

/**
 * The runs that a filter finds or ids name, the newest before the others are read, and kept up with the store: only runs that have
 * changed are asked for again.
 */
export function useRuns({ all, first }: RunsReading): Asked<RunSet> {
  const key = JSON.stringify(all);
  const { news, first: answers } = useServices();
  const asked = useAsked<RunSet>(key, async (signal, show) => {
    // A run that is logged between the two would never be seen.
    await news.begun;
    if (show !== undefined) {
      const newest = await answers.take(runsKey(first), () => readRuns(first, signal));
      if (first.most === undefined || !newest.more) return runSet(newest);
      show({ ...runSet(newest), partial: true });
    }
    return runSet(await readRuns(all, signal));
  });
  const latest = useRef({ key, changed: new Set<string>() });
  if (latest.current.key !== key) latest.current = { key, changed: new Set() };
  const catchUp = async (ids: readonly string[]) => {
    const changed = await readRuns(withIds(all, ids)).catch(() => undefined);
    if (changed !== undefined && latest.current.key === key) asked.set((set) => mergeRuns(set, changed, ids));
  };
  const settled = asked.value !== undefined && !asked.loading;
  useEffect(() => {
    // What has changed while all were read may have been read before it changed.
    const { changed } = latest.current;
    if (!settled || changed.size === 0) return;
    const ids = [...changed];
    changed.clear();
    void catchUp(ids);
  }, [settled]);
  useNews(({ runIds }) => {
    const wanted = all.runIds;
    const ids = wanted === undefined ? runIds : (runIds ?? wanted).filter((id) => wanted.includes(id));
    if (ids?.length === 0) return;
    if (ids === null || ids.length > mostIds) asked.again();
    else if (settled) void catchUp(ids);
    else for (const id of ids) latest.current.changed.add(id);
  });
  return asked;
}

function withIds(request: RunsRequest, runIds: readonly string[]): RunsRequest {
  return { ...request, runIds: [...runIds] };
}
