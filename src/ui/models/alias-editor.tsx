import { own } from "../../own.js";
import { LabelEditor } from "../parts/label-editor.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";

/** The aliases of a version, each with a button to remove it, and a field to add one. An alias leads to one version: it moves here. */
export function AliasEditor({
  name,
  version,
  aliases,
  changed,
  readOnly,
}: {
  name: string;
  version: string;
  /** Of the whole model: alias to version. */
  aliases: Readonly<Record<string, string>>;
  changed(): void;
  readOnly: boolean;
}) {
  const { toast } = useServices();
  const mine = Object.keys(aliases)
    .filter((alias) => own(aliases, alias) === version)
    .sort();
  const act = async (work: () => Promise<unknown>) => {
    await work().catch((error: Error) => toast({ text: error.message, bad: true }));
    changed();
  };
  const put = (alias: string, to: string | undefined) =>
    act(() => (to === undefined ? mlflow.deleteAlias(name, alias) : mlflow.setAlias(name, alias, to)));
  const add = async (text: string) => {
    const alias = text.replace(/^@/, "");
    if (alias === "") return;
    const before = own(aliases, alias);
    await act(async () => {
      await mlflow.setAlias(name, alias, version);
      if (before !== undefined && before !== version) {
        toast({ text: `@${alias} has moved here from version ${before}.`, undo: () => put(alias, before) });
      }
    });
  };
  const remove = (alias: string) =>
    act(async () => {
      await mlflow.deleteAlias(name, alias);
      toast({ text: `Removed @${alias}.`, undo: () => put(alias, version) });
    });
  return (
    <LabelEditor
      title={`Aliases of version ${version}`}
      noun="alias"
      labels={mine.map((alias) => ({ id: alias, text: `@${alias}` }))}
      labelClass="alias"
      fieldName={`New alias of version ${version}`}
      example="champion"
      readOnly={readOnly}
      none="none"
      add={(text) => void add(text)}
      remove={(alias) => void remove(alias)}
    />
  );
}
