import { own } from "../own.js";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text made safe inside HTML elements and quoted attributes. Everything a user named goes through here. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => own(entities, character) ?? character);
}
