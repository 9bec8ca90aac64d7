import { own } from "../../own.js";

/** Lines on a 16 by 16 grid. */
const paths = {
  menu: "M2 4h12M2 8h12M2 12h12",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  down: "M4 6l4 4 4-4",
  up: "M4 10l4-4 4 4",
  right: "M6 4l4 4-4 4",
  sun: "M8 5a3 3 0 100 6 3 3 0 000-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  moon: "M13 9.5A5.5 5.5 0 016.5 3a5.5 5.5 0 106.5 6.5z",
  contrast: "M8 2a6 6 0 100 12A6 6 0 008 2zM8 2v12M10 4v8M12 5.5v5",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  compare: "M2.500 13V8h3v5zM10.500 13V3h3v10zM6.500 13V5.500h3V13z",
  download: "M8 2v8M5 7.5l3 3 3-3M3 13.5h10",
  pin: "M6 2h4l-.5 4 2 2.5h-7l2-2.5zM8 8.5V14",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  edit: "M3 13l.6-2.8L10.800 3l2.200 2.200L5.800 12.400z",
  trash: "M3 4.5h10M6 4.500V3h4v1.500M4.500 4.500l.5 8.500h6l.5-8.500M7 7v4M9 7v4",
  restore: "M3 8a5 5 0 105-5c-1.800 0-3.200.9-4 2M3.500 2.500V5.500h3",
  view: "M2 4h12M2 8h8M2 12h5",
  check: "M3 8.500l3.200 3L13 4.500",
  star: "M8 2l1.800 3.800 4.200.5-3.100 2.900.8 4.100L8 11.300l-3.700 2 .8-4.100L2 6.300l4.200-.5z",
  external: "M6 3H3v10h10v-3M9 3h4v4M13 3L7.500 8.500",
  folder: "M2 4h4.500l1.500 2H14v7H2z",
  file: "M4 2h5l3 3v9H4zM9 2v3h3",
  user: "M8 2.500a2.700 2.700 0 100 5.400 2.700 2.700 0 000-5.400zM3 13.500c.4-2.600 2.400-4 5-4s4.600 1.400 5 4",
  help: "M6 6a2 2 0 113 1.700c-.7.400-1 .800-1 1.600M8 12h.01",
} as const;

export type IconName = keyof typeof paths;

/** A small picture of a button; what it does is said by the button's label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width={name === "more" ? 2.2 : 1.4}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={own(paths, name)} />
    </svg>
  );
}
