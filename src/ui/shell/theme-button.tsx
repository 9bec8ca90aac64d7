import { useEffect, useState } from "preact/hooks";
import { Icon } from "../parts/icon.js";

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

const kept = "runlab.theme";

/** Light, dark, or as the system is. */
export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(() => themes.find((one) => one === localStorage.getItem(kept)) ?? "system");
  useEffect(() => {
    if (theme === "system") {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(kept);
    } else {
      document.documentElement.dataset.theme = theme;
      localStorage.setItem(kept, theme);
    }
    dispatchEvent(new Event("runlab:theme"));
  }, [theme]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
  const icon = theme === "system" ? "contrast" : theme === "light" ? "sun" : "moon";
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Theme: ${theme}. Change to ${next}`}
      title={`Theme: ${theme}`}
      onClick={() => setTheme(next)}
    >
      <Icon name={icon} />
    </button>
  );
}
