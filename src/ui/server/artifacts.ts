import { failure } from "./ask.js";

/** Bytes of a file that are shown as text. */
const most = 400_000;

/** Where a logged file is shown, as its server sends it: with headers that keep it from doing anything. */
export function artifactUrl(runId: string, path: string, as: "view" | "download" = "view"): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `./ajax-api/2.0/runlab/artifacts/${as}/${runId}/${encoded}`;
}

export interface ArtifactText {
  text: string;
  /** There is more of it. */
  cut: boolean;
}

/** The beginning of a file, as text. @throws when it cannot be read */
export async function readText(runId: string, path: string, signal?: AbortSignal, limit = most): Promise<ArtifactText> {
  const response = await fetch(artifactUrl(runId, path), { headers: { range: `bytes=0-${limit - 1}` }, signal });
  if (!response.ok) throw await failure(response);
  const size = Number(response.headers.get("content-range")?.split("/")[1] ?? 0);
  return { text: new TextDecoder().decode(await response.arrayBuffer()), cut: size > limit };
}
