import { createHash } from "node:crypto";
import { stringifyExact } from "../../models/signature/exact-json.js";
import { escapeHtml } from "../../render/escape-html.js";
import { exampleRequest, modelLabel, type ScoringModel } from "./scoring-model.js";

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
textarea,pre,input{box-sizing:border-box;width:100%;font:13px/1.5 ui-monospace,monospace}
textarea{height:16rem}pre{border:1px solid;padding:.7rem;white-space:pre-wrap;overflow-wrap:anywhere;min-height:1.5rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0}button{font:inherit;padding:.3rem 1.2rem}`;

/** Plain functions of the browser; texts of the model reach the page as text only. */
const script = `const at = (id) => document.getElementById(id)
const headers = () => at("key")?.value ? { authorization: "Bearer " + at("key").value } : {}
const typeOf = (c) => c.type === "tensor" ? c["tensor-spec"].dtype + " [" + c["tensor-spec"].shape.join(", ") + "]" : c.type === "array" ? typeOf(c.items) + "[]" : c.type
const digits = (_, value, context) => Number.isInteger(value) && !Number.isSafeInteger(value) && context ? context.source : value
async function describe() {
  const answer = await fetch("signature", { headers: headers() })
  if (!answer.ok) return
  const { inputs, params } = JSON.parse(await answer.text(), digits)
  at("columns").replaceChildren()
  for (const [part, list] of [["input", inputs], ["param", params]])
    for (const one of list ?? []) {
      const row = at("columns").insertRow()
      const need = part === "param" ? "default " + JSON.stringify(one.default) : one.required === false ? "optional" : "required"
      for (const text of [part, one.name ?? "", typeOf(one), need]) row.insertCell().textContent = text
    }
}
async function send() {
  at("answer").textContent = "…"
  const start = performance.now()
  try {
    const body = at("body").value
    const type = /^\\s*[{[]/.test(body) ? "application/json" : "text/csv"
    const answer = await fetch("invocations", { method: "POST", headers: { ...headers(), "content-type": type }, body })
    const text = await answer.text()
    const ms = (performance.now() - start).toFixed(1)
    const error = answer.ok ? undefined : JSON.parse(text)
    at("status").textContent = answer.status + " in " + ms + " ms"
    at("answer").textContent = error ? error.error_code + "\\n" + error.message : text
  } catch (error) { at("answer").textContent = String(error) }
}
at("send").addEventListener("click", send)
at("key")?.addEventListener("change", describe)
describe()`;

export interface TryPage {
  html: string;
  /** Lets run what is on the page, and nothing else. */
  contentSecurityPolicy: string;
}

/** The page at `/`: what the model takes, and a request to try. @param example - of the model, when it has one */
export function tryPage(model: ScoringModel, secured: boolean, example?: string): TryPage {
  // The page itself is open: what it could tell of the model waits for the key.
  const label = secured ? "Model" : escapeHtml(modelLabel(model.uri));
  const body = secured ? "" : (example ?? stringifyExact(exampleRequest(model.signature), 2));
  const key = secured ? '<p><label>API key <input id="key" type="password" autocomplete="off"></label></p>' : "";
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${label}</title><style>${style}</style>
<h1>${label}</h1><p><a href="openapi.json">openapi.json</a>, <a href="signature">signature</a>, <a href="metrics">metrics</a></p>
${key}<table><thead><tr><th></th><th>name</th><th>type</th><th></th></tr></thead><tbody id="columns"></tbody></table>
<p><label>Body of POST /invocations, JSON or CSV<textarea id="body" spellcheck="false">${escapeHtml(body)}</textarea></label></p>
<p><button id="send">Predict</button> <span id="status" role="status"></span></p><pre id="answer"></pre>
<script>${script}</script></html>`;
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; connect-src 'self'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}
