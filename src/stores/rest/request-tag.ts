import { randomUUID } from "node:crypto";
import { own } from "../../own.js";

/**
 * A creation carries an id of its own as a tag: when its answer is lost, the server is asked for what has that tag before the request
 * is sent again. The tag is never shown.
 */
export const requestTag = "runlab.request";

/** Which batch was stored last, of those that wait on this machine until they are sent; see `logBatchOnce`. Never shown either. */
export const markTag = "runlab.sent";

export function newRequestId(): string {
  return randomUUID();
}

/** The same tags without those of requests, in place. @returns them */
export function withoutRequestTag(tags: Record<string, string>): Record<string, string> {
  delete tags[requestTag];
  delete tags[markTag];
  return tags;
}

/** Whether something was made by the request of this id. */
export function isMadeBy(tags: Readonly<Record<string, string>>, requestId: string): boolean {
  return own(tags, requestTag) === requestId;
}
