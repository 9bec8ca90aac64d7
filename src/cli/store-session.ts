import { resolveExistingUri } from "../stores/open.js";
import { sharedSession } from "../stores/shared-session.js";
import type { TrackingSession } from "../tracking/session.js";
import { type CliInput, type CliOption, textOption } from "./command.js";

/** Options of every command that looks into a store. */
export const storeOptions: readonly CliOption[] = [
  { flags: "--tracking-uri <uri>", doc: "the store; default: RUNLAB_TRACKING_URI, or the nearest runlab/ folder" },
  { flags: "--json", doc: "print JSON, for scripts" },
];

/**
 * Opens the store that the command line means, says which one on stderr, and closes it when `work` is done.
 * @param options.mayBegin - the command creates the store that `--tracking-uri` names; without it the store must exist
 */
export async function withStore<T>(
  input: CliInput,
  work: (session: TrackingSession) => Promise<T>,
  { mayBegin = false } = {},
): Promise<T> {
  const session = sharedSession();
  const uri = textOption(input, "trackingUri");
  if (uri !== undefined) session.setTrackingUri(mayBegin ? uri : resolveExistingUri(uri));
  input.io.note(`Store: ${session.getTrackingUri()}`);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
