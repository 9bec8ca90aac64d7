import { TrackingError } from "../../errors.js";

/**
 * The address of a tracking server in full: http or https, a host, a port and the path that a proxy may have put in front, without a
 * slash at the end.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, without any password in it, for anything but such an address
 */
export function serverAddress(uri: string): string {
  let url: URL;
  try {
    url = new URL(uri);
  } catch {
    throw invalid(`'${uri.replace(/\/\/[^/@]*@/, "//…@")}' is not a valid address of a tracking server.`);
  }
  if (url.username !== "" || url.password !== "") {
    // The URI of a store is shown to people and kept in notebooks.
    throw invalid(
      `The tracking URI '${url.protocol}//…@${url.host}${url.pathname}' contains a user name or password.`,
      "Put them into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, and use the address alone.",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw invalid(
      `The tracking URI '${url.origin}${url.pathname}' is followed by a query or a fragment.`,
      "Use the server's address alone, without the part from '?' or '#' on (a browser's address bar adds one).",
    );
  }
  return url.origin + withoutEndSlashes(url.pathname);
}

/** The same path without the slashes at its end. */
export function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (path.charAt(end - 1) === "/") end--;
  return path.slice(0, end);
}

function invalid(message: string, hint = "An example is http://127.0.0.1:5000."): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message, { hint });
}
