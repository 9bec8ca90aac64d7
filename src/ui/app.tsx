import { render } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { HomeJson } from "../server/page/page-json.js";
import { SignInPage } from "./access/sign-in-page.js";
import { type Me, useMe } from "./access/use-me.js";
import { ComparePage } from "./compare/compare-page.js";
import { ExperimentsPage } from "./experiments/experiments-page.js";
import { ModelPage } from "./models/model-page.js";
import { ModelsPage } from "./models/models-page.js";
import { Empty } from "./parts/empty.js";
import { ErrorBox } from "./parts/error-box.js";
import type { Route } from "./route/route.js";
import { hrefs } from "./route/route.js";
import { goTo, useRoute } from "./route/use-route.js";
import { RunPage } from "./run/run-page.js";
import { RunsPage } from "./runs/runs-page.js";
import { get } from "./server/ask.js";
import type { FirstAnswers } from "./server/first-answers.js";
import { NewsSource } from "./server/news.js";
import { useAsked } from "./server/use-asked.js";
import { useExperiments } from "./server/use-experiments.js";
import { ServicesContext, type Toast, useServices } from "./services.js";
import { Shell } from "./shell/shell.js";
import { Toasts } from "./shell/toasts.js";

/** Draws the whole page. @param first - what was asked for before this code was there */
export function draw(place: Element, first: FirstAnswers): void {
  render(<App first={first} />, place);
}

/** The page, for who may see it. */
function App({ first }: { first: FirstAnswers }) {
  const { me, out, signIn, signOut } = useMe(first);
  if (out !== undefined) return <SignInPage why={out} signIn={signIn} />;
  return <SignedIn first={first} me={me} signOut={signOut} />;
}

function SignedIn({ first, me, signOut }: Pick<Me, "me" | "signOut"> & { first: FirstAnswers }) {
  const route = useRoute();
  const [toasts, setToasts] = useState<ReadonlyArray<Toast & { id: number }>>([]);
  const toast = useCallback((one: Toast) => setToasts((all) => [...all.slice(-2), { ...one, id: Math.random() }]), []);
  const news = useMemo(() => new NewsSource(first), [first]);
  const experiments = useExperiments(news, first);
  const services = useMemo(
    () => ({ first, news, toast, experiments, me, signOut }),
    [first, news, toast, experiments, me, signOut],
  );
  const close = useCallback((id: number) => setToasts((all) => all.filter((one) => one.id !== id)), []);
  return (
    <ServicesContext.Provider value={services}>
      <Shell route={route}>
        <Page route={route} />
      </Shell>
      <Toasts toasts={toasts} close={close} />
    </ServicesContext.Provider>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "home":
      return <Home />;
    case "experiments":
      return <ExperimentsPage query={route.query} />;
    case "runs":
      return <RunsPage key={route.experimentIds.join(",")} experimentIds={route.experimentIds} query={route.query} />;
    case "run":
      return <RunPage key={route.runId} runId={route.runId} query={route.query} />;
    case "models":
      return <ModelsPage query={route.query} />;
    case "model":
      return <ModelPage key={route.name} name={route.name} version={route.version} query={route.query} />;
    case "compare":
      return <ComparePage query={route.query} />;
    default:
      return (
        <Empty title="There is no such page" alone>
          <p>
            The address leads nowhere. <a href={hrefs.experiments()}>All experiments</a>
          </p>
        </Empty>
      );
  }
}

/** Leads on to the experiment that was last written to. */
function Home() {
  const { first } = useServices();
  const home = useAsked("home", (signal) => first.take("home", () => get<HomeJson>("runlab", "home", {}, signal)));
  const id = home.value?.experimentId;
  useEffect(() => {
    if (home.value !== undefined) goTo(id === undefined ? hrefs.experiments() : hrefs.runs([id]), { replace: true });
  }, [home.value, id]);
  return home.error === undefined ? null : <ErrorBox error={home.error} again={home.again} />;
}
