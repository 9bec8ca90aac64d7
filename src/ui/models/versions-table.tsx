import { bestFirst, metricGoal } from "../../metric-goal.js";
import { own } from "../../own.js";
import { formatNumber } from "../../render/format-value.js";
import type { ModelVersionJson } from "../../server/page/page-json.js";
import { StatusMark } from "../parts/status-mark.js";
import { TimeText } from "../parts/time-text.js";
import { hrefs } from "../route/route.js";
import { StageMark } from "./stage.js";

/** Metrics that have a column: those that most versions have. */
const mostMetrics = 6;
/** Rows that are shown at first. */
const mostRows = 100;

/** The versions of a model, the newest first, with the metrics of their runs; the best value of each is marked. */
export function VersionsTable({
  name,
  versions,
  chosen,
}: {
  name: string;
  versions: readonly ModelVersionJson[];
  chosen: string | undefined;
}) {
  const metrics = commonMetrics(versions);
  const best = new Map(metrics.map((metric) => [metric, bestOf(versions, metric)]));
  return (
    <div class="scroll-x">
      <table class="plain-table versions">
        <caption class="sr">Versions of {name}</caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Aliases</th>
            <th scope="col">Made</th>
            <th scope="col">Run</th>
            {metrics.map((metric) => (
              <th scope="col" class="number" key={metric} title={metric}>
                {metric}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {versions.slice(0, mostRows).map((version) => (
            <tr key={version.version} class={version.version === chosen ? "chosen" : undefined}>
              <th scope="row">
                <span class="inline">
                  <a
                    href={hrefs.model(name, version.version)}
                    aria-current={version.version === chosen ? "true" : undefined}
                  >
                    {version.version}
                  </a>
                  <StageMark stage={version.stage} />
                </span>
              </th>
              <td>
                <ul class="tags">
                  {[...version.aliases].sort().map((alias) => (
                    <li class="alias" key={alias}>
                      @{alias}
                    </li>
                  ))}
                </ul>
              </td>
              <td>
                <TimeText ms={version.created} />
              </td>
              <td>
                <SourceRun version={version} />
              </td>
              {metrics.map((metric) => (
                <td class="number" key={metric}>
                  <MetricCell value={metricOf(version, metric)} best={best.get(metric)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {versions.length > mostRows && (
        <p class="hint">
          The newest {mostRows} of {versions.length}; others open by their address.
        </p>
      )}
    </div>
  );
}

/** The run that a version came from, as a link. */
export function SourceRun({ version: { run } }: { version: ModelVersionJson }) {
  if (run === undefined) return <span class="faint">none</span>;
  if (run.known === undefined) return <code title={`Run ${run.id} cannot be read`}>{run.id.slice(0, 8)}</code>;
  const { name, experimentId, status, deleted } = run.known;
  return (
    <span class="inline">
      <StatusMark status={status} />
      <a href={hrefs.run(experimentId, run.id)}>{name || run.id.slice(0, 8)}</a>
      {deleted && <span class="count">deleted</span>}
    </span>
  );
}

function MetricCell({ value, best }: { value: number | undefined; best: number | undefined }) {
  if (value === undefined) return <span class="faint">–</span>;
  const isBest = value === best;
  return (
    <span class={isBest ? "best" : undefined} title={isBest ? `${value}, the best` : String(value)}>
      {isBest && (
        <span class="best-star" aria-hidden="true">
          ★{" "}
        </span>
      )}
      {formatNumber(value)}
      {isBest && <span class="sr"> the best</span>}
    </span>
  );
}

function metricOf({ run }: ModelVersionJson, metric: string): number | undefined {
  const value = own(run?.known?.metrics ?? {}, metric);
  return value === undefined ? undefined : Number(value);
}

function commonMetrics(versions: readonly ModelVersionJson[]): string[] {
  const counts = new Map<string, number>();
  for (const { run } of versions) {
    for (const metric of Object.keys(run?.known?.metrics ?? {})) counts.set(metric, (counts.get(metric) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostMetrics)
    .map(([metric]) => metric);
}

/** Of one value none is the best. */
function bestOf(versions: readonly ModelVersionJson[], metric: string): number | undefined {
  const values = versions.map((version) => metricOf(version, metric)).filter((value) => value !== undefined);
  return new Set(values).size < 2 ? undefined : [...values].sort(bestFirst(metricGoal(metric)))[0];
}
