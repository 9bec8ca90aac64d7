import { type App, type HttpContext, reply } from "../http/app.js";
import { RequestFields } from "./request-fields.js";

/** One call of MLflow's REST API: its fields in, a JSON object out. */
export interface Route {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api/2.0/mlflow`; `:name` stands for a part that is given. */
  path: string;
  /** @param part - what stands in the path for a name */
  answer(fields: RequestFields, part: (name: string) => string): Promise<object>;
}

/** Where clients ask, and where web pages do. */
export const apiRoots = ["/api", "/ajax-api"] as const;

export function addRoutes(app: App, routes: readonly Route[]): void {
  for (const { method, path, answer } of routes) {
    const handler = async (context: HttpContext) => {
      const part = (name: string) => context.req.param(name) ?? "";
      return reply(context, { body: JSON.stringify(await answer(await RequestFields.of(context), part)) });
    };
    for (const root of apiRoots) app.on(method, `${root}/2.0/mlflow/${path}`, handler);
  }
}

/** A page of a search: an empty one has no list, as protobuf has it. */
export function pageJson<T>(
  name: string,
  page: readonly T[] & { nextPageToken?: string },
  toJson: (item: T) => object,
): object {
  return {
    ...(page.length === 0 ? {} : { [name]: page.map(toJson) }),
    ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
  };
}
