import { useState } from "preact/hooks";
import { useDenial } from "../access/access.js";
import { Icon } from "../parts/icon.js";
import { MenuButton, type MenuItem } from "../parts/menu.js";
import { NameDialog } from "../parts/name-dialog.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";

/** A tag of the experiment: views belong to all who look at it, and outlive the browser. */
const viewsTag = "runlab.ui.views";

/** Names and queries, in the order in which they were saved. */
type Views = ReadonlyArray<readonly [name: string, query: string]>;

/** Ways of looking at an experiment that somebody has saved. */
export function SavedViews({
  experimentId,
  tags,
  query,
}: {
  experimentId: string;
  tags: Readonly<Record<string, string>>;
  /** The view that would be saved. */
  query: string;
}) {
  const { toast, experiments } = useServices();
  const denied = useDenial(experimentId, "write");
  const [saving, setSaving] = useState(false);
  const views = readViews(tags[viewsTag]);
  const store = async (next: Views) => {
    await mlflow.setExperimentTag(experimentId, viewsTag, JSON.stringify(next));
    experiments.again();
  };
  const remove = async (name: string) => {
    await store(views.filter(([other]) => other !== name));
    toast({ text: `Deleted the view ${name}.`, undo: () => store(views) });
  };
  const current = views.find(([, saved]) => saved === query)?.[0];
  const items: Array<MenuItem | "line"> = [
    { label: "First look", run: () => goTo(hrefs.runs([experimentId])) },
    ...views.map(
      ([name, saved]): MenuItem => ({
        label: name,
        checked: name === current,
        run: () => goTo(hrefs.runs([experimentId], new URLSearchParams(saved))),
      }),
    ),
    "line",
    { label: "Save this view…", icon: "plus", denied, run: () => setSaving(true) },
    ...(current === undefined
      ? []
      : [
          { label: `Delete ${current}`, icon: "trash" as const, danger: true, denied, run: () => void remove(current) },
        ]),
  ];
  return (
    <>
      <MenuButton label="Views" items={items} buttonClass="button">
        <Icon name="view" /> <span class="button-text">{current ?? "Views"}</span>
      </MenuButton>
      {saving && (
        <NameDialog
          title="Save this view"
          label="Name"
          action="Save"
          hint="Filter, order, columns and baseline are kept with the experiment."
          close={() => setSaving(false)}
          submit={async (name) => {
            await store([...views.filter(([other]) => other !== name), [name, query]]);
            toast({ text: `Saved the view ${name}.` });
          }}
        />
      )}
    </>
  );
}

function readViews(text: string | undefined): Views {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(one: unknown): one is readonly [string, string] {
  return Array.isArray(one) && typeof one[0] === "string" && typeof one[1] === "string";
}
