import { TrackingError } from "../errors.js";
import { isRecord } from "../schema.js";
import type { TrackingClient } from "../tracking/client.js";
import type { LoggedModel } from "../tracking/registry.js";
import { checkArtifactPath } from "../tracking/validation.js";
import type { ExportFormat, ExportSource, ImportedArtifact, ImportedModel, ImportedRun } from "./export-format.js";
import { json, readJson } from "./json.js";
import { absent, invalid, listOf, neededText, recordOf, textOf, textsOf } from "./json-fields.js";
import { type ZipMember, ZipReader } from "./zip-reader.js";
import { type ZipEntry, zipPieces } from "./zip-writer.js";

/** What an archive holds: the document of the json format, logged models, and the files of each run. */
const document = "runs.json";
const models = "models.json";
const files = /^artifacts\/([^/]+)\/(.+)$/s;

/** Most files named in a note. */
const named = 3;

/** Everything of the runs: the json format's document, their artifacts and logged models. */
export const zip = {
  name: "zip",
  doc: "everything, artifacts and logged models included",
  extensions: [".zip"],
  write: (source) => zipPieces(entries(source)),
  async read(file) {
    const archive = await ZipReader.open(file.path);
    try {
      const runs = archive.member(document);
      if (runs === undefined) throw invalid(`The archive has no ${document}.`);
      const read = readJson(await runs.text());
      const { byRun, strange } = artifactsOf(archive.members);
      const loggedModels = await modelsOf(archive.member(models));
      const imported = read.runs.map((run): ImportedRun => {
        const id = run.runId ?? "";
        const parts = { artifacts: byRun.get(id) ?? [], loggedModels: loggedModels.get(id) ?? [] };
        byRun.delete(id);
        return { ...run, ...parts, locate: (field, key) => `${document}, ${run.locate(field, key)}` };
      });
      for (const [id, { length }] of byRun) strange.push(`artifacts/${id}/ (${length})`);
      const notes =
        strange.length === 0
          ? []
          : [
              `Not imported, as no run of the archive has them: ${strange.slice(0, named).join(", ")}${strange.length > named ? ` and ${strange.length - named} more` : ""}.`,
            ];
      return { ...read, runs: imported, notes, close: () => archive.close() };
    } catch (error) {
      await archive.close();
      throw error;
    }
  },
} satisfies ExportFormat;

async function* entries(source: ExportSource): AsyncGenerator<ZipEntry> {
  const { client } = source.query;
  // Runs are counted when their artifacts have been written.
  yield { path: document, content: json.write({ ...source, advance: () => undefined }) };
  const logged: LoggedModel[] = [];
  for (const { info } of source.runs) {
    logged.push(...(await modelsLoggedBy(client, info.runId)));
    for await (const path of artifactPaths(client, info.runId)) {
      const local = await client.localArtifactPath(info.runId, path);
      const content = local === undefined ? () => client.readArtifact(info.runId, path) : { file: local };
      yield { path: `artifacts/${info.runId}/${path}`, content };
    }
    source.advance();
  }
  if (logged.length > 0) yield { path: models, content: [JSON.stringify(logged, null, 2)] };
}

/** Every file of a run, folders first to last. */
async function* artifactPaths(client: TrackingClient, runId: string, folder?: string): AsyncGenerator<string> {
  for (const { path, isDir } of await client.listArtifacts(runId, folder)) {
    if (isDir) yield* artifactPaths(client, runId, path);
    else yield path;
  }
}

async function modelsLoggedBy(client: TrackingClient, runId: string): Promise<LoggedModel[]> {
  const found: LoggedModel[] = [];
  let pageToken: string | undefined;
  do {
    const page = await client.searchLoggedModels({ runId, pageToken });
    found.push(...page);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return found;
}

/** The files by the id of their run, and those of no run. @throws {TrackingError} INVALID_PARAMETER_VALUE for a path that no artifact may have */
function artifactsOf(members: readonly ZipMember[]): { byRun: Map<string, ImportedArtifact[]>; strange: string[] } {
  const byRun = new Map<string, ImportedArtifact[]>();
  const strange: string[] = [];
  const seen = new Set<string>();
  for (const member of members) {
    if (member.path === document || member.path === models) continue;
    const [, runId = "", path = ""] = files.exec(member.path) ?? [];
    if (runId === "") {
      strange.push(member.path);
      continue;
    }
    if (checkArtifactPath(path) !== path)
      throw invalid(`The archive names a file '${member.path}' in another way than runs do.`);
    if (seen.has(member.path)) throw invalid(`The archive has the file '${member.path}' twice.`);
    seen.add(member.path);
    const list = byRun.get(runId) ?? [];
    byRun.set(runId, list);
    list.push({ path, give: (put) => member.give(put) });
  }
  return { byRun, strange };
}

/** By the id of their run. */
async function modelsOf(member: ZipMember | undefined): Promise<Map<string, ImportedModel[]>> {
  const byRun = new Map<string, ImportedModel[]>();
  if (member === undefined) return byRun;
  for (const [at, item] of listOf(parsed(await member.text()), models).entries()) {
    const where = `${models}, [${at}]`;
    const model = recordOf(item, where);
    const text = (name: string) => neededText(Reflect.get(model, name), `${where}.${name}`);
    const signature = absent(model.signature) ? undefined : recordOf(model.signature, `${where}.signature`);
    const part = (name: string) => {
      const value = textOf(Reflect.get(signature ?? {}, name), `${where}.signature.${name}`);
      return value === undefined ? {} : { [name]: value };
    };
    const digest = textOf(model.digest, `${where}.digest`);
    const runId = text("sourceRunId");
    const list = byRun.get(runId) ?? [];
    byRun.set(runId, list);
    list.push({
      modelId: text("modelId"),
      name: text("name"),
      artifactPath: text("artifactPath"),
      modelType: text("modelType"),
      ...(digest !== undefined && { digest }),
      ...(signature !== undefined && { signature: { ...part("inputs"), ...part("outputs"), ...part("params") } }),
      tags: textsOf(model.tags, `${where}.tags`),
    });
  }
  return byRun;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) || isRecord(value)) return value;
  } catch (cause) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `${models} of the archive is not valid JSON.`, { cause });
  }
  throw invalid(`${models} of the archive is no list of models.`);
}
