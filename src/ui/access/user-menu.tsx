import { Icon } from "../parts/icon.js";
import { MenuButton } from "../parts/menu.js";
import { useServices } from "../services.js";

/** Who is signed in, and the way out; nothing where nobody signs in. */
export function UserMenu() {
  const { me, signOut, toast } = useServices();
  if (me?.user === undefined) return null;
  const { user, admin, models = "none", bySession } = me;
  return (
    <MenuButton
      label={`Signed in as ${user}`}
      buttonClass="button plain user-button"
      notes={[
        `Signed in as ${user}${admin ? ", an admin" : ""}.`,
        ...(admin ? [] : [`Registered models: ${models}.`]),
        ...(bySession ? [] : ["Your browser itself sends the password. Close it to sign out."]),
      ]}
      items={
        bySession
          ? [
              {
                label: "Sign out",
                run: () => void signOut().catch((error: Error) => toast({ text: error.message, bad: true })),
              },
            ]
          : []
      }
    >
      <Icon name="user" />
      <span class="user-name">{user}</span>
    </MenuButton>
  );
}
