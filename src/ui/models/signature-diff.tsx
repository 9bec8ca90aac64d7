import { useState } from "preact/hooks";
import type { ModelVersionJson, SignatureDiffJson } from "../../server/page/page-json.js";
import { ErrorBox } from "../parts/error-box.js";
import { get } from "../server/ask.js";
import { useAsked } from "../server/use-asked.js";

const words: ReadonlyMap<string, string> = new Map([
  ["added", "added"],
  ["removed", "removed"],
  ["type", "type"],
  ["required", "needed"],
  ["shape", "shape"],
  ["default", "default"],
  ["form", "form"],
]);

/** What callers of another version notice: that version's signature beside this one's. */
export function SignatureDiff({
  name,
  version,
  versions,
  against,
  choose,
}: {
  name: string;
  version: string;
  versions: readonly ModelVersionJson[];
  /** The version to compare with; undefined: the one before. */
  against: string | undefined;
  choose(version: string): void;
}) {
  const others = versions.filter((one) => one.version !== version);
  const before =
    others.find((one) => one.version === against) ??
    others.find((one) => Number(one.version) < Number(version)) ??
    others.at(-1);
  const from = before?.version;
  const asked = useAsked(from && JSON.stringify([name, from, version]), (signal) =>
    get<SignatureDiffJson>("runlab", "signature-diff", { name, before: from ?? "", after: version }, signal),
  );
  const [all, setAll] = useState(false);
  if (from === undefined) return null;
  const { changes, without } = asked.value ?? { changes: [], without: [] };
  const breaking = changes.filter((change) => change.breaking).length;
  return (
    <div class="signature-diff">
      <p class="inline wrap">
        <label for="diff-against">Changes since version</label>
        <select id="diff-against" value={from} onChange={(event) => choose(event.currentTarget.value)}>
          {others.map((one) => (
            <option key={one.version} value={one.version}>
              {one.version}
            </option>
          ))}
        </select>
        {breaking > 0 && (
          <span class="breaking">{breaking === 1 ? "1 breaks callers" : `${breaking} break callers`}</span>
        )}
      </p>
      {asked.error && <ErrorBox error={asked.error} again={asked.again} />}
      {without.length > 0 && (
        <p class="faint">
          {without.length === 1 ? `Version ${without[0]} has no signature` : "Neither has a signature"}, so nothing can
          be compared.
        </p>
      )}
      {asked.value && without.length === 0 && changes.length === 0 && <p class="faint">The signatures are the same.</p>}
      {changes.length > 0 && (
        <div class="scroll-x">
          <table class="plain-table small" aria-label={`Changes of the signature since version ${from}`}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Change</th>
                <th scope="col">Version {from}</th>
                <th scope="col">Version {version}</th>
              </tr>
            </thead>
            <tbody>
              {changes.slice(0, all ? changes.length : 50).map((change, at) => (
                <tr key={at}>
                  <th scope="row">
                    {change.name === "" ? change.part : change.name}
                    {change.name !== "" && change.part !== "inputs" && (
                      <span class="faint"> {change.part === "outputs" ? "output" : "param"}</span>
                    )}
                  </th>
                  <td>
                    {words.get(change.change) ?? change.change}
                    {change.breaking && <span class="breaking"> breaks callers</span>}
                  </td>
                  <td>
                    <code>{change.before}</code>
                  </td>
                  <td>
                    <code>{change.after}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!all && changes.length > 50 && (
        <button type="button" class="link-button" onClick={() => setAll(true)}>
          All {changes.length}
        </button>
      )}
    </div>
  );
}
