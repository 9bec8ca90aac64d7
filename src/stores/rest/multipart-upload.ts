import { posix } from "node:path";
import { RunlabError, reasonOf, TrackingError } from "../../errors.js";
import type { OnSent } from "../../tracking/artifact-store.js";
import type { HttpAnswer } from "./http-connection.js";
import type { RestApi } from "./rest-api.js";
import { sentFile } from "./sent-file.js";

const routes = "/api/2.0/mlflow-artifacts/mpu";

/** Parts that are on their way at a time. */
const atOnce = 4;

/** Most parts of an object in S3. */
const maxParts = 10_000;

interface Credential {
  url: string;
  part_number: number;
  headers?: Record<string, string>;
}

interface Part {
  part_number: number;
  etag: string;
  url: string;
}

/**
 * Uploads a file in parts, straight to the storage behind a server's artifact proxy, as MLflow's client does from 500 MB on. Each part
 * is sent again by itself when its connection ends.
 * @param path - after `mlflow-artifacts:/`
 * @param options - of the file and, if it can be, of a part, in bytes
 * @returns false, with nothing uploaded, when the server's storage takes no parts
 * @throws {TrackingError} when a part does not get there; what was uploaded is discarded
 */
export async function uploadInParts(
  api: RestApi,
  path: string,
  file: string,
  { size, part: wanted, onSent }: { size: number; part: number; onSent?: OnSent | undefined },
): Promise<boolean> {
  const partSize = Math.max(wanted, Math.ceil(size / maxParts));
  const folder = posix.dirname(path).split("/").map(encodeURIComponent).join("/");
  const name = posix.basename(path);
  let upload: { upload_id?: string; credentials?: Credential[] };
  try {
    upload = await api.post(`${routes}/create/${folder}`, { path: name, num_parts: Math.ceil(size / partSize) });
  } catch (error) {
    if (error instanceof RunlabError && error.code === "NOT_IMPLEMENTED") return false;
    throw error;
  }
  const { upload_id = "", credentials = [] } = upload;
  const waiting = credentials.map((credential, at) => ({ credential, start: at * partSize }));
  const parts: Part[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const end = Math.min(next.start + partSize, size);
      parts.push(await uploadPart(api, next.credential, file, { start: next.start, end, onSent }));
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
    parts.sort((a, b) => a.part_number - b.part_number);
    await api.post(`${routes}/complete/${folder}`, { path: name, upload_id, parts });
    return true;
  } catch (error) {
    waiting.length = 0;
    await api.post(`${routes}/abort/${folder}`, { path: name, upload_id }).catch(() => undefined);
    throw error;
  }
}

async function uploadPart(
  api: RestApi,
  { url, part_number, headers = {} }: Credential,
  file: string,
  { start, end, onSent }: { start: number; end: number; onSent: OnSent | undefined },
): Promise<Part> {
  const body = sentFile(file, { start, end: end - 1 }, onSent);
  try {
    const { answer } = (await api.send(
      () => ({
        method: "PUT",
        url,
        headers: { ...headers, "content-length": String(end - start) },
        body: body(),
      }),
      `part ${part_number}`,
    )) as { answer: HttpAnswer };
    answer.body.resume();
    return { part_number, etag: String(answer.headers.etag ?? ""), url };
  } catch (cause) {
    const why = reasonOf(cause);
    throw new TrackingError(
      cause instanceof RunlabError ? cause.code : "INTERNAL_ERROR",
      `Part ${part_number} of '${file}' was not taken by ${new URL(url).host}, the storage behind ${api.address}: ${why}`,
      { cause, hint: "With MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD=false files go through the server instead." },
    );
  }
}
