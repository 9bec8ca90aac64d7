import { Icon } from "../parts/icon.js";
import { MenuButton } from "../parts/menu.js";

/** One of several, by name. */
export function Choice({
  label,
  value,
  options,
  choose,
}: {
  label: string;
  value: string | undefined;
  options: ReadonlyArray<readonly [value: string, text: string]>;
  choose(value: string): void;
}) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Some of several, in the order in which they are chosen. */
export function Choices({
  label,
  all,
  chosen,
  most,
  choose,
}: {
  label: string;
  all: readonly string[];
  chosen: readonly string[];
  /** Most that can be chosen. */
  most?: number;
  choose(chosen: string[]): void;
}) {
  return (
    <MenuButton
      label={`${label} ${chosen.length}`}
      buttonClass="button"
      items={all.map((key) => {
        const checked = chosen.includes(key);
        return {
          label: key,
          checked,
          stays: true,
          disabled: !checked && most !== undefined && chosen.length >= most,
          run: () => choose(checked ? chosen.filter((one) => one !== key) : [...chosen, key]),
        };
      })}
    >
      {label} <span class="count">{chosen.length}</span> <Icon name="down" size={12} />
    </MenuButton>
  );
}
