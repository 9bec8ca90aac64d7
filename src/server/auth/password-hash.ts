import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** @see RFC 7914, and OWASP's Password Storage Cheat Sheet: N = 2^17 takes 128 MB; 2^15 with p = 3 is as hard and takes 32 MB */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
/** Bytes. */
const saltLength = 16;
const keyLength = 32;
/** Bytes that one hash may take: of a file that somebody has changed, too. */
const memory = 64 * 1024 * 1024;

/** A password as it is kept: `scrypt$N$r$p$salt$key`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltLength);
  const key = await derive(password, salt, cost);
  const { N, r, p } = cost;
  return ["scrypt", N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Takes as long for a wrong password as for the right one. False for a text that is not a hash. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, n, r, p, salt = "", key = ""] =
    /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]+)\$([\w-]+)$/.exec(hash) ?? [];
  const wanted = Buffer.from(key, "base64url");
  if (wanted.length !== keyLength) return false;
  const found = await derive(password, Buffer.from(salt, "base64url"), { N: Number(n), r: Number(r), p: Number(p) });
  return timingSafeEqual(found, wanted);
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One letter can be written in two ways: what is typed on another machine is the same password.
    scrypt(password.normalize("NFC"), salt, keyLength, { ...options, maxmem: memory }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
