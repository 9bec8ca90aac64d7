import type { SignatureJson } from "../../server/page/page-json.js";
import { signatureLines } from "./signature-lines.js";

const words = { input: "Inputs", output: "Outputs", param: "Params" } as const;

/** What a model takes and gives. @param of - the model's name */
export function SignatureTable({ signature, of }: { signature: SignatureJson | undefined; of: string }) {
  const lines = signature === undefined ? [] : signatureLines(signature);
  if (lines.length === 0) return <p class="faint">It has no signature.</p>;
  const parts = (["input", "output", "param"] as const).filter((part) => lines.some((line) => line.part === part));
  return (
    <div class="scroll-x">
      <table class="plain-table small signature" aria-label={`Signature of ${of}`}>
        <thead class="sr">
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Needed</th>
          </tr>
        </thead>
        {parts.map((part) => (
          <tbody key={part}>
            <tr>
              <th scope="rowgroup" colSpan={3} class="signature-part">
                {words[part]}
              </th>
            </tr>
            {lines
              .filter((line) => line.part === part)
              .map((line, at) => (
                <tr key={at}>
                  <th scope="row">{line.name}</th>
                  <td>
                    <code>{line.type}</code>
                  </td>
                  <td class="faint">
                    {line.preset !== undefined ? `default ${line.preset}` : line.required ? "" : "optional"}
                  </td>
                </tr>
              ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
