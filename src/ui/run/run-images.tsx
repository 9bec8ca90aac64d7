import { useMemo, useState } from "preact/hooks";
import type { RunDetailsJson } from "../../server/page/page-json.js";
import { hrefs } from "../route/route.js";
import { artifactUrl } from "../server/artifacts.js";
import { get } from "../server/ask.js";
import { useAsked } from "../server/use-asked.js";
import { useNews } from "../server/use-news.js";
import { type ImageSeries, imageSeries } from "./image-series.js";

/** The pictures that were logged step by step, each key with the one of its last step. */
export function RunImages({ run, query }: { run: RunDetailsJson; query: URLSearchParams }) {
  const asked = useAsked(run.id, (signal) =>
    get<{ files?: Array<{ path: string }> }>("mlflow", "artifacts/list", { run_id: run.id, path: "images" }, signal),
  );
  useNews(({ runIds }) => {
    if (runIds === null || runIds.includes(run.id)) asked.again();
  });
  const series = useMemo(() => imageSeries((asked.value?.files ?? []).map(({ path }) => path)), [asked.value]);
  if (series.length === 0) return null;
  return (
    <section class="panel">
      <h2>Images</h2>
      <div class="images">
        {series.map((one) => (
          <Series key={one.key} run={run} series={one} query={query} />
        ))}
      </div>
    </section>
  );
}

function Series({
  run,
  series: { key, images },
  query,
}: {
  run: RunDetailsJson;
  series: ImageSeries;
  query: URLSearchParams;
}) {
  // Undefined: the last one, also when another comes.
  const [chosen, choose] = useState<number>();
  const last = images.length - 1;
  const at =
    chosen === undefined
      ? last
      : Math.max(
          0,
          images.findIndex(({ step }) => step === chosen),
        );
  const image = images[at];
  if (image === undefined) return null;
  const file = new URLSearchParams(query);
  file.set("file", image.path);
  const step = `step ${image.step.toLocaleString("en-US")}`;
  return (
    <figure class="image-series">
      <img src={artifactUrl(run.id, image.path)} alt={`${key}, ${step}`} loading="lazy" />
      <figcaption>
        <span class="mini-name" title={key}>
          {key}
        </span>
        <a href={hrefs.run(run.experimentId, run.id, file)} title="Open the file">
          {step}
        </a>
      </figcaption>
      {last > 0 && (
        <input
          type="range"
          min="0"
          max={last}
          step="1"
          value={at}
          aria-label={`Step of ${key}`}
          aria-valuetext={step}
          onInput={(event) => {
            const next = Number(event.currentTarget.value);
            choose(next === last ? undefined : images[next]?.step);
          }}
        />
      )}
    </figure>
  );
}
