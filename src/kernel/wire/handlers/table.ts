import { commInfo } from "./comm-info.js";
import { complete } from "./complete.js";
import { debug } from "./debug.js";
import type { RequestHandler } from "./handler.js";
import { history } from "./history.js";
import { inspect } from "./inspect.js";
import { interrupt } from "./interrupt.js";
import { isComplete } from "./is-complete.js";
import { kernelInfo } from "./kernel-info.js";
import { shutdown } from "./shutdown.js";

/** Every request that is answered at once, on shell as on control. */
export const requestHandlers: readonly RequestHandler[] = [
  kernelInfo,
  complete,
  inspect,
  isComplete,
  history,
  commInfo,
  interrupt,
  shutdown,
  debug,
];
