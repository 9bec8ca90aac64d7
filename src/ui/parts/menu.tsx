import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.js";

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** Shown as checked or not. */
  checked?: boolean;
  disabled?: boolean;
  /** Why it is not permitted; said below the items. */
  denied?: string | undefined;
  danger?: boolean;
  /** The list stays open: one of several that can be checked. */
  stays?: boolean;
  run(): void;
}

/** A button that opens a list of things to do. Arrow keys move in it, Escape closes it. */
export function MenuButton({
  label,
  children,
  items,
  notes = [],
  buttonClass = "icon-button",
}: {
  label: string;
  children: ComponentChildren;
  items: ReadonlyArray<MenuItem | "line">;
  /** What is said besides. */
  notes?: readonly string[];
  buttonClass?: string;
}) {
  const [place, setPlace] = useState<DOMRect>();
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setPlace(undefined);
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={buttonClass}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={place !== undefined}
        onClick={(event) => {
          event.stopPropagation();
          setPlace(place === undefined ? button.current?.getBoundingClientRect() : undefined);
        }}
      >
        {children}
      </button>
      {place && <Menu label={label} items={items} notes={notes} place={place} close={close} />}
    </>
  );
}

function Menu({
  label,
  items,
  notes,
  place,
  close,
}: {
  label: string;
  items: ReadonlyArray<MenuItem | "line">;
  notes: readonly string[];
  place: DOMRect;
  close(): void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = list.current;
    if (menu === null) return;
    // Above everything, whatever scrolls below it.
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(place.left, innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, place.bottom + height + 8 > innerHeight ? place.top - height - 4 : place.bottom + 4)}px`;
    (menu.querySelector<HTMLElement>("button:not(:disabled)") ?? menu).focus();
  }, [place]);
  useEffect(() => {
    const leave = (event: Event) => !list.current?.contains(event.target as Node) && close();
    addEventListener("pointerdown", leave);
    addEventListener("resize", close);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("resize", close);
    };
  });
  const move = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const targets = new Map([
      ["ArrowDown", buttons[(at + 1) % buttons.length]],
      ["ArrowUp", buttons[(at - 1 + buttons.length) % buttons.length]],
      ["Home", buttons[0]],
      ["End", buttons.at(-1)],
    ]);
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (targets.has(event.key)) targets.get(event.key)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const reasons = new Set(items.flatMap((item) => (item === "line" ? [] : (item.denied ?? []))));
  return (
    <div ref={list} class="menu" role="menu" aria-label={label} popover="manual" onKeyDown={move} tabIndex={-1}>
      <Notes texts={notes} />
      {items.map((item, at) =>
        item === "line" ? (
          <hr key={at} />
        ) : (
          <button
            key={item.label}
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
            {...(item.checked === undefined ? {} : { "aria-checked": item.checked })}
            class={item.danger ? "danger" : undefined}
            disabled={item.disabled || item.denied !== undefined}
            title={item.denied}
            onClick={(event) => {
              event.stopPropagation();
              if (!item.stays) close();
              item.run();
            }}
          >
            <span class="menu-icon">
              {item.checked ? <Icon name="check" /> : item.icon ? <Icon name={item.icon} /> : null}
            </span>
            {item.label}
          </button>
        ),
      )}
      <Notes texts={[...reasons]} />
    </div>
  );
}

function Notes({ texts }: { texts: readonly string[] }) {
  return texts.map((text) => (
    <p key={text} class="menu-note" role="presentation">
      {text}
    </p>
  ));
}
