import type { Server } from "node:http";
import { ModelError } from "../../errors.js";

/** MLflow's own default is 5000, which the tracking server's neighbours use. */
export const defaultPort = 5002;
/** Ports that are tried: the default one and those after it. */
const portsTried = 50;

/**
 * Listens on a port.
 * @param port - this one and no other, 0 for any free one; undefined for the default one or the next free one
 * @throws {ModelError} INVALID_STATE when the port that was named is busy, or no other is free
 */
export async function listen(server: Server, host: string, port: number | undefined): Promise<void> {
  const ports = port === undefined ? Array.from({ length: portsTried }, (_, at) => defaultPort + at) : [port];
  for (const one of ports) {
    try {
      await bind(server, host, one);
      return;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE") continue;
      throw new ModelError("INVALID_STATE", `The server cannot listen on ${host}, port ${one}: ${message}`, {
        hint: "Name an address of this machine (--host) and a port from 1024 on (--port).",
        cause: error,
      });
    }
  }
  const tried = ports.length === 1 ? `Port ${port} is` : `The ports ${ports[0]} to ${ports.at(-1)} are`;
  throw new ModelError("INVALID_STATE", `${tried} in use.`, { hint: "Name another one with --port; 0 takes any." });
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
