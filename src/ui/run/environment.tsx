import type { RunDetailsJson } from "../../server/page/page-json.js";
import { Values } from "../parts/values.js";
import { readText } from "../server/artifacts.js";
import { useAsked } from "../server/use-asked.js";

/** Where a run keeps the versions of what its cell imported. */
const path = "runlab/environment.json";

/** What the run was run with: machine, versions, packages. */
export function RunEnvironment({ run }: { run: RunDetailsJson }) {
  const { tags } = run;
  const known = tags["runlab.node"] !== undefined;
  const file = useAsked(known ? `environment ${run.id}` : undefined, async (signal) =>
    // An imported run has the tags without the file.
    readText(run.id, path, signal).then(
      ({ text }) => parsed(text),
      () => parsed(""),
    ),
  );
  const { platform, arch, packages } = file.value ?? parsed("");
  const values = [
    ["Node", tags["runlab.node"]],
    ["TypeScript", tags["runlab.typescript"]],
    ["runlab", tags["runlab.version"]],
    ["host", tags["runlab.host"]],
    ["system", typeof platform === "string" ? `${platform} ${String(arch ?? "")}`.trim() : undefined],
  ].filter((pair): pair is [string, string] => pair[1] !== undefined);
  const versions =
    typeof packages === "object" && packages !== null
      ? Object.entries(packages).map(([name, version]): [string, string] => [name, String(version)])
      : [];
  if (values.length === 0) return null;
  return (
    <>
      <Values title="Environment" values={values} />
      {versions.length > 0 && (
        <details class="packages">
          <summary>
            {versions.length} {versions.length === 1 ? "package" : "packages"}
          </summary>
          <Values values={versions} />
        </details>
      )}
    </>
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
