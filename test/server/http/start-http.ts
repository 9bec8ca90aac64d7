import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { AccessLog } from "../../../src/server/http/access-log.js";
import { type App, newApp } from "../../../src/server/http/app.js";
import { HttpServer, type HttpServerOptions } from "../../../src/server/http/http-server.js";

export interface StartedHttp {
  server: HttpServer;
  port: number;
  /** Lines of the log, once the server has stopped or a moment has passed. */
  entries(): Array<Record<string, unknown>>;
}

/** Starts a server that ends with the test. @param routes - adds what it answers */
export async function startHttp(
  context: TestContext,
  routes: (app: App) => void,
  options: Partial<HttpServerOptions> = {},
): Promise<StartedHttp> {
  const app = newApp();
  routes(app);
  const lines: string[] = [];
  const log = new AccessLog((text) => lines.push(...text.trimEnd().split("\n")));
  const server = await HttpServer.start({ app, port: 0, defaultPort: 5002, log, ...options });
  context.after(() => server.stop(0));
  const entries = () => {
    log.flush();
    return lines.map((line) => JSON.parse(line));
  };
  return { server, port: server.port, entries };
}

/** A client that does what it is told and nothing else: it does not end when the server does. */
export class RawClient {
  readonly socket: Socket;
  text = "";

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("utf8").on("data", (part) => {
      this.text += part;
    });
    socket.on("error", () => undefined);
  }

  static async open(port: number, options: Partial<NetConnectOpts> = {}): Promise<RawClient> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, ...options });
    const client = new RawClient(socket);
    await once(socket, "connect");
    return client;
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Resolves once what came holds the text; rejects when the server ends before. */
  async until(text: string): Promise<string> {
    while (!this.text.includes(text)) {
      const ended = this.socket.readableEnded || this.socket.destroyed;
      if (ended) throw new Error(`ended without '${text}': ${this.text}`);
      await this.#one("data", "end", "close");
    }
    return this.text;
  }

  /** All that came until the server ended its side. */
  async all(): Promise<string> {
    if (!this.socket.readableEnded && !this.socket.destroyed) await this.#one("end", "close");
    return this.text;
  }

  /** `once` would reject when the server resets the connection. */
  #one(...events: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      for (const event of events) this.socket.once(event, () => resolve());
    });
  }
}

/** Comes round until it is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The head of a request, and its body. */
export function head(method: string, path: string, headers: Record<string, string | number> = {}): string {
  const lines = Object.entries({ host: "localhost", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
