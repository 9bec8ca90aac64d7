/** The pictures that a run logged under one key. */
export interface ImageSeries {
  key: string;
  /** By step; of several pictures of a step the newest. */
  images: Array<{ step: number; path: string }>;
}

/** What stands between the parts of a name since MLflow 3, and before. */
const separators = [
  { mark: "+", slash: "~" },
  { mark: "%", slash: "#" },
] as const;

/**
 * Finds the pictures that `log_image(key=…, step=…)` wrote among files, by their names, which say all of it. The smaller copies
 * that MLflow's Python client writes beside them are left out.
 * @see MLflow `MlflowClient.log_image`
 */
export function imageSeries(paths: readonly string[]): ImageSeries[] {
  const found = new Map<string, Map<number, { time: number; path: string }>>();
  for (const path of paths) {
    const image = partsOf(path.split("/").at(-1) ?? "");
    if (image === undefined) continue;
    const steps = found.get(image.key) ?? new Map<number, { time: number; path: string }>();
    found.set(image.key, steps);
    if ((steps.get(image.step)?.time ?? -1) < image.time) steps.set(image.step, { time: image.time, path });
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, steps]) => ({
      key,
      images: [...steps].map(([step, { path }]) => ({ step, path })).sort((a, b) => a.step - b.step),
    }));
}

/** `<key>+step+<step>+timestamp+<ms>+<uuid>.png` */
function partsOf(name: string): { key: string; step: number; time: number } | undefined {
  for (const { mark, slash } of separators) {
    const parts = name.split(mark);
    const [stepWord, step = "", timeWord, time = "", file = ""] = parts.slice(-5);
    const key = parts.slice(0, -5).join(mark).replaceAll(slash, "/");
    const isImage = /\.(png|jpe?g|gif|webp)$/i.test(file) && stepWord === "step" && timeWord === "timestamp";
    if (key !== "" && isImage && /^\d+$/.test(step) && /^\d+$/.test(time)) {
      return { key, step: Number(step), time: Number(time) };
    }
  }
  return undefined;
}
