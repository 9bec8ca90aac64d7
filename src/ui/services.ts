import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ExperimentsJson, MeJson } from "../server/page/page-json.js";
import type { FirstAnswers } from "./server/first-answers.js";
import type { NewsSource } from "./server/news.js";
import type { Asked } from "./server/use-asked.js";

/** A line that says what was done, for a while. */
export interface Toast {
  text: string;
  /** Takes it back. */
  undo?: () => void | Promise<void>;
  bad?: boolean;
}

/** What every part of the page may use. */
export interface Services {
  first: FirstAnswers;
  news: NewsSource;
  /** All experiments, kept up with the store. */
  experiments: Asked<ExperimentsJson>;
  toast(toast: Toast): void;
  /** Who uses the page; undefined until that is known. */
  me: MeJson | undefined;
  signOut(): Promise<void>;
}

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error("No services: the component is drawn outside of the page.");
  return services;
}
