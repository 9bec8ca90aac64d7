import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { TrackingClient } from "../../tracking/client.js";
import type { Permissions } from "../auth/permissions.js";
import { type App, type HttpContext, reply } from "../http/app.js";
import { RequestFields } from "../tracking/request-fields.js";
import { addArtifactViews } from "./artifact-views.js";
import { curvesAnswer } from "./curves-answer.js";
import { modelAnswer, modelsAnswer, signatureDiffAnswer } from "./models-answer.js";
import { NewsFeed } from "./news-feed.js";
import { experimentsAnswer, homeAnswer, meAnswer } from "./overview.js";
import { addPageFiles } from "./page-files.js";
import { diffAnswer, runAnswer } from "./run-answer.js";
import { runsAnswer } from "./runs-answer.js";
import { predict, servedModel } from "./scoring-relay.js";

/** Where the page asks. */
const base = "/ajax-api/2.0/runlab";

/** Bytes from which an answer is sent compressed. */
const worthCompressing = 32 * 1024;
const compress = promisify(gzip);

/** A page that is being served. */
export interface ServedPage {
  /** Requests that wait for news are answered, so that the server can stop. */
  close(): void;
}

/**
 * The web page and the routes that it asks.
 * @param version - of runlab
 * @param permissions - of the user of a request; undefined where nobody signs in
 */
export function addPage(
  app: App,
  client: TrackingClient,
  version: string,
  permissions?: Permissions | undefined,
): ServedPage {
  const news = new NewsFeed(client.store);
  addPageFiles(app);
  addArtifactViews(app, client, `${base}/artifacts`);
  get("home", () => homeAnswer(client, version));
  get("me", async () => meAnswer(permissions));
  get("experiments", () => experimentsAnswer(client, permissions));
  get("run", (fields) => runAnswer(client, permissions, fields.runId()));
  get("diff", (fields) => diffAnswer(client, fields.text("a"), fields.text("b")));
  get("models", () => modelsAnswer(client));
  get("model", (fields) => modelAnswer(client, fields.text("name")));
  get("signature-diff", (fields) =>
    signatureDiffAnswer(client, fields.text("name"), fields.text("before"), fields.text("after")),
  );
  // A POST, as the address of a served model and its key do not belong into a log of paths.
  post("served", async (fields) => {
    permissions?.checkRegistry("write");
    return servedModel(fields.text("address"), fields.optionalText("key"));
  });
  post("predict", async (fields) => {
    permissions?.checkRegistry("write");
    return predict({
      address: fields.text("address"),
      body: fields.text("body"),
      ...(fields.has("key") ? { key: fields.text("key") } : {}),
    });
  });
  get("news", (fields) => news.after(fields.optionalText("after")));
  post("runs", async (fields) => {
    // Before they are read: a run that is logged meanwhile is news.
    const cursor = news.begin();
    const answer = await runsAnswer(client, {
      experimentIds: fields.texts("experimentIds"),
      filter: fields.optionalText("filter"),
      deleted: fields.optionalBoolean("deleted"),
      most: fields.optionalInt("most"),
      ...(fields.has("runIds") ? { runIds: fields.texts("runIds") } : {}),
    });
    return { ...answer, cursor };
  });
  post("curves", (fields) =>
    curvesAnswer(client, {
      runIds: fields.texts("runIds"),
      metrics: fields.texts("metrics"),
      limit: fields.optionalInt("limit"),
      known: fields.list("known").map((one) => ({
        run: one.text("run"),
        metric: one.text("metric"),
        total: one.int("total"),
      })),
    }),
  );
  return { close: () => news.close() };

  function get(path: string, answer: (fields: RequestFields) => Promise<object>): void {
    app.get(`${base}/${path}`, async (context) => send(context, await answer(await RequestFields.of(context))));
  }

  function post(path: string, answer: (fields: RequestFields) => Promise<object>): void {
    app.post(`${base}/${path}`, async (context) => send(context, await answer(await RequestFields.of(context))));
  }
}

async function send(context: HttpContext, answer: object): Promise<Response> {
  const text = JSON.stringify(answer);
  const accepted = context.req.header("accept-encoding") ?? "";
  if (text.length < worthCompressing || !accepted.includes("gzip")) return reply(context, { body: text });
  // The lowest level: it takes 10 ms for a megabyte of runs, and leaves a sixth of it.
  const body = await compress(text, { level: 1 });
  return reply(context, { body, headers: { "content-encoding": "gzip", vary: "accept-encoding" } });
}
