/** Where a logged file is shown, as its server sends it: with headers that keep it from doing anything. */
export function artifactUrl(runId: string, path: string, as: "view" | "download" = "view"): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `./ajax-api/2.0/runlab/artifacts/${as}/${runId}/${encoded}`;
}
