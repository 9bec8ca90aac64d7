import { MagicError, TrackingError } from "../../errors.js";
import { getModelInfo } from "../../models/load-model.js";
import { signatureTexts, toSignature } from "../../models/signature/infer-signature.js";
import { ModelSignature } from "../../models/signature/signature.js";
import { diffSignatures } from "../../models/signature/signature-diff.js";
import { signatureLines } from "../../models/signature/signature-rows.js";
import { notedSignature, signatureOf as ofType } from "../../models/signature/types/signature-of.js";
import { isZod } from "../../models/signature/types/zod-shape.js";
import { findRun } from "../../queries/find-run.js";
import { signatureDiffTable, signatureTable } from "../../render/signature-table.js";
import { tableBundle } from "../../render/table.js";
import { allPages } from "../../tracking/all-pages.js";
import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
import type { MagicContext } from "../magic.js";
import { magicHints, sayIn } from "../runtime/say.js";

/** Where `%signature {…} log` keeps a signature in its run. */
const signatureFile = "signature.json";

interface Found {
  signature: ModelSignature;
  /** The data it was learnt from. */
  data?: unknown;
  caption: string;
}

/**
 * `%signature {signature}`, `%signature {train}`, `%signature elastic`: what a model takes and gives, as a table.
 * `%signature baseline elastic`: what changed from the one to the other.
 */
export const signature = defineMagic({
  name: "signature",
  kind: "line",
  summary: "Show a model's inputs and outputs: name, type, required, shape, range and example of each column",
  input: "args",
  args: [
    {
      name: "of",
      type: "value",
      doc: "A signature, a function (by its types), a zod schema, data to infer one from, the name or id of a run that has one, or a model's URI",
      positional: true,
      required: true,
      typed: true,
      complete: "run",
    },
    {
      name: "to",
      type: "value",
      doc: "A second one to compare with: shows what changed, with breaking changes marked",
      positional: true,
      complete: "run",
    },
    { name: "log", type: "boolean", doc: `Save it in the active run as ${signatureFile}` },
  ],
  lowering: "await",
  returns: "ModelSignature",
  draws: true,
  examples: [
    "%signature {inferSignature(x, model.predict(x))} log",
    "%signature {train}",
    "%signature {predict}",
    "%signature elastic",
    "%signature baseline elastic",
    "%signature models:/ElasticCars/1 models:/ElasticCars/2",
  ],
  script({ arg, literal, assigned }) {
    const of = arg("of");
    if (of === undefined || arg("to") !== undefined || typeof literal("of") === "string") return undefined;
    if (literal("log") === true) return { calls: [callText("logSignature", of)] };
    return { calls: [assigned ? `toSignature(${of})` : `console.log(String(toSignature(${of})))`], sync: true };
  },
  async run({ of, to, log }, context) {
    const { session, output, assigned } = context;
    const found = await signatureOf(context, of);
    if (to !== undefined) {
      const other = await signatureOf(context, to);
      if (log) {
        throw new MagicError("INVALID_PARAMETER_VALUE", "%signature log can save only one signature; got two.", {
          hint: "Compare and save on two separate lines.",
        });
      }
      const caption = `${found.caption} → ${other.caption}`;
      if (!assigned) {
        output.display(tableBundle(signatureDiffTable(diffSignatures(found.signature, other.signature), { caption })));
      }
      return other.signature;
    }
    if (log) await session.logDict(found.signature.toJSON(), signatureFile);
    if (!assigned) {
      const rows = signatureLines(found.signature, { input: found.data });
      output.display(tableBundle(signatureTable(rows, { caption: found.caption })));
    }
    return found.signature;
  },
});

async function signatureOf(context: MagicContext, of: unknown): Promise<Found> {
  return typeof of === "string" ? signatureOfRun(context, of) : signatureOfValue(of);
}

function signatureOfValue(value: unknown): Found {
  if (value === undefined || value === null) {
    throw new MagicError("INVALID_PARAMETER_VALUE", `%signature got ${String(value)}.`, {
      hint: "Pass a signature or data in braces, or the name of a run: %signature {train}.",
    });
  }
  const byType = notedSignature(value) ?? (isZod(value) ? ofType(value) : undefined);
  if (byType !== undefined) return { signature: byType, caption: "Signature by type" };
  const signature = toSignature(value);
  if (value === signature || signatureTexts(value) !== undefined) return { signature, caption: "Signature" };
  return { signature, data: value, caption: "Signature of the data" };
}

async function signatureOfRun(context: MagicContext, word: string): Promise<Found> {
  const { session } = context;
  if (/^(models:|runs:|m-[0-9a-f]{32}$)/.test(word)) return signatureOfModel(context, word, `Signature of ${word}`);
  const { info } = await findRun(session, word, { several: "newest", hints: magicHints, say: sayIn(context) });
  const label = `Run '${info.runName}' (${info.runId.slice(0, 8)})`;
  const files = await session.listArtifacts(info.runId);
  if (!files.some(({ path }) => path === signatureFile)) {
    // The newest of its models that has one.
    const { runId } = info;
    const logged = await allPages((pageToken) => session.client.searchLoggedModels({ runId, pageToken }));
    const model = logged.find((candidate) => candidate.signature !== undefined);
    if (model) return signatureOfModel(context, model.modelId, `Signature of ${info.runName}, model ${model.name}`);
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `${label} has no signature.`, {
      hint: "Save one with %signature {inferSignature(x, y)} log, inside the run.",
    });
  }
  const bytes = await session.client.readArtifact(info.runId, signatureFile);
  const texts = signatureTexts(JSON.parse(Buffer.from(bytes).toString("utf8")));
  if (texts === undefined)
    throw new TrackingError("DATA_LOSS", `${signatureFile} of ${label} is not a valid signature.`);
  return { signature: ModelSignature.fromJSON(texts), caption: `Signature of ${info.runName}` };
}

async function signatureOfModel({ session }: MagicContext, uri: string, caption: string): Promise<Found> {
  const { signature } = await getModelInfo(session, uri);
  if (signature !== undefined) return { signature, caption };
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `The model '${uri}' has no signature.`, {
    hint: "Log it with one: %log_model {model} example={rows}.",
  });
}
