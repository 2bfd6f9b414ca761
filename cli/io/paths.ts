import { relative, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..", "..");
export const defaultSettings = resolve(root, "nightshift.config.ts");

/** As people see it from where they are. */
export const shownPath = (file: string): string => {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
};
