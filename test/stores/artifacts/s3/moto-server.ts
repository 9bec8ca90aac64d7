import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../../free-port.js";

const python = process.env.RUNLAB_PYTHON;

/** Why a test with a server that speaks S3's protocol cannot run; false where it can. */
export const noMoto: string | false = python === undefined && "needs Python with moto[server]: npm test";

/** What every request is signed with; a text that must appear nowhere. */
export const secret = "a-secret-of-nobody";

/** Longest time that moto takes to answer, ms. */
const patience = 90_000;

export interface MotoServer {
  readonly address: string;
  /** Another bucket, which is empty. */
  newBucket(): Promise<string>;
}

/** moto's S3 server for the tests of a file, which this process's variables name: started before the first, ended after the last. */
export function motoForTests(): MotoServer {
  let address = "";
  let stop: () => unknown = () => undefined;
  before(async () => {
    if (noMoto) return;
    const port = await freePort();
    const child = spawn(python ?? "", ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    stop = () => child.kill("SIGKILL");
    let log = "";
    child.stderr.on("data", (text: Buffer) => {
      log = (log + text.toString()).slice(-4000);
    });
    address = `http://127.0.0.1:${port}`;
    Object.assign(process.env, {
      MLFLOW_S3_ENDPOINT_URL: address,
      AWS_ACCESS_KEY_ID: "nobody",
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    });
    for (const end = Date.now() + patience; Date.now() < end; await delay(100)) {
      if (child.exitCode !== null) break;
      if ((await fetch(`${address}/moto-api/data.json`).catch(() => undefined))?.ok) return;
    }
    stop();
    throw new Error(`moto does not answer:\n${log}`);
  });
  after(() => stop());
  return {
    get address() {
      return address;
    },
    async newBucket() {
      const name = `runs-${randomBytes(6).toString("hex")}`;
      const made = await fetch(`${address}/${name}`, { method: "PUT" });
      if (!made.ok) throw new Error(`bucket ${name}: ${await made.text()}`);
      return name;
    },
  };
}
