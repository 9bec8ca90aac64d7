import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { UserMenu } from "../access/user-menu.js";
import { Icon } from "../parts/icon.js";
import { hrefs, type Route } from "../route/route.js";
import { useServices } from "../services.js";
import { ExperimentNav } from "./experiment-nav.js";
import { ThemeButton } from "./theme-button.js";

/** The frame of every page: where one can go, and below it or beside it where one is. */
export function Shell({ route, children }: { route: Route; children: ComponentChildren }) {
  const { news, experiments } = useServices();
  const [open, setOpen] = useState(false);
  const [connected, setConnected] = useState(true);
  useEffect(() => news.watchConnection(setConnected), [news]);
  useEffect(() => setOpen(false), [route]);
  const toMain = () => document.getElementById("main")?.focus();
  return (
    <div class={open ? "shell nav-open" : "shell"}>
      <button type="button" class="skip" onClick={toMain}>
        Skip to content
      </button>
      <header class="bar">
        <button
          type="button"
          class="icon-button nav-button"
          aria-label="Navigation"
          aria-expanded={open}
          aria-controls="nav"
          onClick={() => setOpen(!open)}
        >
          <Icon name="menu" />
        </button>
        <a class="brand" href="#/">
          <img src={new URL("../mark.svg", import.meta.url).href} alt="" width="20" height="20" />
          runlab
        </a>
        <nav class="places" aria-label="Pages">
          <a href={hrefs.experiments()} aria-current={isExperiments(route) ? "page" : undefined}>
            Experiments
          </a>
          <a href={hrefs.models()} aria-current={isModels(route) ? "page" : undefined}>
            Models
          </a>
        </nav>
        <span class="bar-space" />
        {!connected && (
          <span class="offline" role="status">
            The server does not answer; trying again
          </span>
        )}
        <UserMenu />
        <ThemeButton />
      </header>
      <aside class="nav" id="nav" aria-label="Experiments">
        <ExperimentNav experiments={experiments} chosen={chosenExperiments(route)} />
      </aside>
      <main class="main" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function isExperiments({ page }: Route): boolean {
  return page === "experiments" || page === "runs" || page === "run" || page === "compare" || page === "home";
}

function isModels({ page }: Route): boolean {
  return page === "models" || page === "model";
}

function chosenExperiments(route: Route): readonly string[] {
  if (route.page === "runs") return route.experimentIds;
  return route.page === "run" ? [route.experimentId] : [];
}
