import { NameDialog } from "../parts/name-dialog.js";
import { mlflow } from "../server/mlflow.js";
import { useServices } from "../services.js";

/** Asks for another name of an experiment and gives it. */
export function RenameExperiment({
  experiment: { id, name },
  close,
}: {
  experiment: { id: string; name: string };
  close(): void;
}) {
  const { experiments } = useServices();
  return (
    <NameDialog
      title="Rename experiment"
      label="Name"
      action="Rename"
      initial={name}
      close={close}
      submit={async (next) => {
        await mlflow.renameExperiment(id, next);
        experiments.again();
      }}
    />
  );
}
