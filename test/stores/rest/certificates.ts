import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM files made by openssl: a server's certificate for 127.0.0.1 that signs itself, and a client's with its key in the same file. */
export interface Certificates {
  server: { cert: Buffer; key: Buffer; path: string };
  client: { cert: Buffer; path: string };
}

export function makeCertificates(folder: string): Certificates {
  const server = makeOne(folder, "server");
  const client = makeOne(folder, "client");
  // MLFLOW_TRACKING_CLIENT_CERT_PATH names one file with both.
  const path = join(folder, "client.pem");
  writeFileSync(path, Buffer.concat([client.cert, client.key]));
  return { server, client: { cert: client.cert, path } };
}

function makeOne(folder: string, name: string): { cert: Buffer; key: Buffer; path: string } {
  const key = join(folder, `${name}.key`);
  const path = join(folder, `${name}.crt`);
  const names = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const how = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", [...how, ...names, "-keyout", key, "-out", path], { stdio: "ignore" });
  return { cert: readFileSync(path), key: readFileSync(key), path };
}
