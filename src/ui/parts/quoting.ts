/** A text as an argument of a shell command. */
export function shellText(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text as a literal of Python: JSON's escapes are Python's as well. */
export function pythonText(text: string): string {
  return JSON.stringify(text);
}

/** A text as an argument of a magic. */
export function magicText(text: string): string {
  return /^[\w@:./-]+$/.test(text) ? text : JSON.stringify(text);
}

/** Where this page's server is, for code that runs elsewhere: the page may stand below a prefix. */
export function serverAddress(): string {
  return location.href.split(/[#?]/)[0]?.replace(/\/(index\.html)?$/, "") ?? location.origin;
}

/** A request by curl, which asks for the password of who is signed in. @param file - what is saved */
export function curlText(url: string, { user, file }: { user?: string | undefined; file?: string } = {}): string {
  const options = [...(user === undefined ? [] : ["-u", user]), ...(file === undefined ? [] : ["-o", file])];
  return ["curl", ...options, url].map(shellText).join(" ");
}
