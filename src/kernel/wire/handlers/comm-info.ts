import type { RequestHandler } from "./handler.js";

export const commInfo: RequestHandler = {
  name: "comm_info",
  handle: ({ target_name: target }, { comms }) => ({
    comms: comms.info(typeof target === "string" && target !== "" ? target : undefined),
  }),
};
