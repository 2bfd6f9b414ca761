/**
 * What takes back needs to know what an automation writes, how that is taken back, and how its targets
 * are found and seen: not when it starts, nor what it would propose, nor what its flows do and ask. All
 * automations are in the one function that takes back.
 */
import type { Plugin } from "rolldown";
import { propertiesInstead, withoutCarrying } from "./only-begun.ts";

/** In place of what is not asked here. */
const instead: Readonly<Record<string, string>> = {
  on: "on: []",
  propose: "propose() {}",
  danger: "danger: undefined",
};

/** @param code TypeScript of ours or of a project */
export const withoutProposing = (code: string): string =>
  propertiesInstead(withoutCarrying(code), "automation", instead);

export const onlyUndone: Plugin = {
  name: "only-undone",
  transform: {
    filter: { id: { exclude: /\/node_modules\// }, code: /\b(?:flow|automation)\(\{/ },
    handler: (code) => ({ code: withoutProposing(code) }),
  },
};
