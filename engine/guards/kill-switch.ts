import type { Guard } from "./guard.ts";

/**
 * One runtime parameter stops all changes: `run`, `stop`, or `stop` and the ids that it stops.
 * Anything else holds, as does a parameter that cannot be read (rule: kill-switch).
 * @returns why the unit is stopped, or nothing
 */
export function stopped(value: string, unit: string): string | undefined {
  const [word, ...ids] = value.split(/[\s,]/).filter(Boolean);
  if (word === "run" && ids.length === 0) return undefined;
  if (word !== "stop" || !ids.every((id) => /^[a-z0-9-]+$/.test(id)))
    return `the kill switch holds ${JSON.stringify(value.slice(0, 40))}, which is neither "run" nor "stop" nor "stop" and the ids that it stops: set it with \`npx nightshift stop\` or \`npx nightshift resume\``;
  if (ids.length === 0)
    return "the kill switch is on: nothing is changed until `npx nightshift resume`";
  return ids.includes(unit)
    ? `the kill switch stops ${unit}: until \`npx nightshift resume ${unit}\``
    : undefined;
}

export const killSwitch: Guard = {
  name: "kill-switch",
  objection: async (_, { killSwitch: read, place }) => stopped(await read(), place.unit),
};
