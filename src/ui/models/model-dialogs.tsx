import { plural } from "../../render/format-value.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { NameDialog } from "../parts/name-dialog.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";

/** Gives a registered model another name. @param done - is told the name */
export function RenameModel({ name, close, done }: { name: string; close(): void; done(next: string): void }) {
  return (
    <NameDialog
      title="Rename model"
      label="Name"
      action="Rename"
      initial={name}
      hint="Code that loads the model by its old name will not find it."
      close={close}
      submit={async (next) => {
        if (next !== name) await mlflow.renameModel(name, next);
        done(next);
      }}
    />
  );
}

/** Deletes a registered model with all its versions, for good. */
export function DeleteModel({
  name,
  versions,
  aliases,
  close,
  done,
}: {
  name: string;
  versions: number;
  aliases: readonly string[];
  close(): void;
  done(): void;
}) {
  const { toast } = useServices();
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      action="Delete"
      danger
      close={close}
      confirm={async () => {
        await mlflow.deleteModel(name);
        toast({ text: `Deleted the model ${name}.` });
        done();
      }}
    >
      <p>
        {versions === 0 ? "It has no versions." : `Its ${plural(versions, "version")} will be gone`}
        {versions > 0 && aliases.length > 0 && `, and so will ${aliases.map((alias) => `@${alias}`).join(", ")}`}
        {versions > 0 && ". The runs and their files stay."} This cannot be undone.
      </p>
    </ConfirmDialog>
  );
}

/** Deletes one version, for good. */
export function DeleteVersion({
  name,
  version,
  aliases,
  close,
  done,
}: {
  name: string;
  version: string;
  aliases: readonly string[];
  close(): void;
  done(): void;
}) {
  const { toast } = useServices();
  return (
    <ConfirmDialog
      title={`Delete version ${version} of ${name}?`}
      action="Delete"
      danger
      close={close}
      confirm={async () => {
        await mlflow.deleteVersion(name, version);
        toast({ text: `Deleted version ${version} of ${name}.` });
        done();
      }}
    >
      <p>
        {aliases.length > 0 && `${aliases.map((alias) => `@${alias}`).join(", ")} will lead nowhere. `}
        Its run and files stay. The number is not given again. This cannot be undone.
      </p>
    </ConfirmDialog>
  );
}
