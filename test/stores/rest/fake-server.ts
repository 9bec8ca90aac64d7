import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

/** A request that has arrived whole. */
export interface Arrived {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  text: string;
}

/** What answers it: a status with JSON or a text, or nothing more than the end of the connection. */
export type Answer = { status?: number; json?: unknown; text?: string; headers?: Record<string, string> } | "hang up";

/** A server on loopback whose answers the test decides; it keeps what has arrived. */
export class FakeServer {
  readonly arrived: Arrived[] = [];
  readonly #server: Server;
  readonly #scheme: string;

  constructor(answer: (request: Arrived, count: number) => Answer | Promise<Answer>, tls?: ServerOptions) {
    const listener: RequestListener = (request, response) => {
      void this.#take(request).then(async (arrived) => reply(response, await answer(arrived, this.arrived.length)));
    };
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    this.#scheme = tls === undefined ? "http" : "https";
  }

  async listen(port = 0): Promise<string> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    return this.address;
  }

  get address(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(request: IncomingMessage): Promise<Arrived> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const arrived = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, text };
    this.arrived.push(arrived);
    return arrived;
  }
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === "hang up") {
    response.socket?.destroy();
    return;
  }
  const { status = 200, json, text = JSON.stringify(json ?? {}), headers } = answer;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}

/** Runs `work` with a server, and ends it. */
export async function withServer<T>(server: FakeServer, work: (address: string) => Promise<T>): Promise<T> {
  const address = await server.listen();
  try {
    return await work(address);
  } finally {
    await server.close();
  }
}
