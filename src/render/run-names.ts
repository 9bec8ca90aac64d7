/**
 * A label per run that no other run has: its name, with the start of its id where names repeat.
 * Charts tell runs apart by label, so two runs of one name must not melt into one line.
 */
export function runLabels(runs: ReadonlyArray<{ runId: string; runName: string }>): string[] {
  const count = new Map<string, number>();
  for (const { runName } of runs) count.set(runName, (count.get(runName) ?? 0) + 1);
  const labels = runs.map(({ runId, runName }) => {
    const name = runName === "" ? runId.slice(0, 8) : runName;
    return (count.get(runName) ?? 0) > 1 ? `${name} (${runId.slice(0, 6)})` : name;
  });
  return new Set(labels).size === labels.length ? labels : runs.map(({ runId, runName }) => `${runName} (${runId})`);
}
