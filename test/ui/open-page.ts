import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext } from "node:test";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import type { UsersFile } from "../../src/server/auth/users-file.js";
import { addPage } from "../../src/server/page/page-routes.js";
import { startTrackingServer } from "../../src/server/tracking/tracking-server.js";
import { openStore, resolveUri } from "../../src/stores/open.js";
import type { TrackingClient } from "../../src/tracking/client.js";
import { TrackingSession } from "../../src/tracking/session.js";

const browserPath = process.env.RUNLAB_CHROMIUM;

/** Why the tests in a browser are left out, if they are. */
export const skip = !browserPath && "needs chromium: apt-get install chromium, or RUNLAB_CHROMIUM=/path/to/it npm test";

/** A store that is served with its page. */
export interface Served {
  client: TrackingClient;
  url: string;
  session: TrackingSession;
}

export interface ServeOptions {
  /** What paths may begin with. */
  prefix?: string;
  /** Who may ask. @param folder - of the test */
  users?(folder: string): Promise<UsersFile>;
}

/** Serves a new store; it ends with the test. */
export async function serve(context: TestContext, { prefix, users }: ServeOptions = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-ui-"));
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(join(folder, "runlab"));
  const { client } = session;
  const pages: Array<{ close(): void }> = [];
  const server = await startTrackingServer({
    client,
    version: "9.9.9",
    port: 0,
    log: () => undefined,
    extend: (app, guarded, permissions) => pages.push(addPage(app, guarded, "9.9.9", permissions)),
    ...(users === undefined ? {} : { users: await users(folder) }),
    ...(prefix === undefined ? {} : { prefix }),
  });
  context.after(async () => {
    for (const page of pages) page.close();
    await server.stop(0);
    await session.close();
    // The page may still have been reading, which has its runs written once more; a hook that fails would leave the browser open for good.
    await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  });
  return { client, url: server.url, session };
}

export interface OpenOptions {
  colorScheme?: "light" | "dark";
  width?: number;
  /** A script that is there before those of the page. */
  script?: string;
}

/** The browser of the test file, begun by its first page: a browser takes longer to begin than most tests do. */
let browser: Promise<Browser> | undefined;
after(async () => (await browser)?.close());

/** A page that shares nothing with others, no storage, cookies or cache, and what went wrong in it; it ends with the test. */
export async function openPage(
  context: TestContext,
  url: string,
  { colorScheme = "light", width = 1280, script }: OpenOptions = {},
): Promise<{ page: Page; problems: string[] }> {
  browser ??= chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  // Closing the page ends its storage, cookies and cache, too.
  const page = await (await browser).newPage({ viewport: { width, height: 800 }, colorScheme, acceptDownloads: true });
  context.after(() => page.close());
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy|Uncaught/.test(message.text())) problems.push(message.text());
  });
  if (script !== undefined) await page.addInitScript({ content: script });
  await page.goto(url);
  return { page, problems };
}

/** Runs of one experiment, the newest first in what is given back. */
export async function logRuns(client: TrackingClient, experiment: string, names: readonly string[]): Promise<string[]> {
  const found = await client.getExperimentByName(experiment);
  const experimentId = found?.experimentId ?? (await client.createExperiment(experiment));
  const ids: string[] = [];
  for (const [at, runName] of names.entries()) {
    const { info } = await client.createRun(experimentId, { runName, startTime: 1_700_000_000_000 + at * 1000 });
    await client.logParams(info.runId, { alpha: at / 10, model: at % 2 === 0 ? "tree" : "linear", seed: 42 });
    for (let step = 0; step < 5; step++) await client.logMetric(info.runId, "loss", 10 - step - at, { step });
    await client.logMetric(info.runId, "rmse", 3 - at / 2);
    await client.endRun(info.runId);
    ids.unshift(info.runId);
  }
  return ids;
}

/** How many pixels of a picture have a colour: a chart without its data has only black, white and grey. */
export async function colouredPixels(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) count++;
    }
    return count;
  });
}
