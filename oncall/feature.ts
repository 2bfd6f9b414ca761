/** On-call as the rest of Nightshift sees it: its settings, its function, its rights. */
import * as z from "zod/mini";
import {
  type FeatureFunction,
  feature,
  type KeptSettings,
  type Section,
} from "../settings/feature.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { mayKeepIncidents, timerRole } from "./grants.ts";
import { moveAtOnce, type Rotations, rotationMoves } from "./rota/moves.ts";
import { keptRotations, onCallField } from "./settings/field.ts";
import type { OnCall, ParsedOnCall } from "./settings/on-call.ts";
import { onCallMatches, onCallProblems, peopleCalled } from "./settings/problems.ts";

declare module "../settings/sections.ts" {
  interface Sections {
    /**
     * Incidents, and who is called for them. Absent: what happens is told as it comes, and nobody
     * is called.
     */
    readonly onCall?: OnCall;
  }
  interface ParsedSections {
    readonly onCall?: ParsedOnCall | undefined;
  }
}

const section: Section = {
  fields: ({ timeZone }) => ({ onCall: z.optional(onCallField(timeZone)) }),
  problems: onCallProblems,
  matches: onCallMatches,
  calls: peopleCalled,
};

const incidents: FeatureFunction = {
  description: "Keeps incidents: groups, tells, escalates and closes them",
  entry: "oncall/handlers/incidents.ts",
  wanted: ({ onCall }) => onCall !== undefined,
  policy: mayKeepIncidents,
  invokedBy: ["tell", "watchdog", "slack-work"],
};

/** When the watchdog tells of the last 24 hours, in the settings' `timeZone`. */
function digest({ onCall, timeZone }: ParsedSettings) {
  if (onCall?.digestAt === undefined) return [];
  const [hour, minute] = onCall.digestAt.split(":").map(Number);
  return [
    {
      starts: "watchdog" as const,
      name: "digest",
      description: "Tells of the last 24 hours",
      schedule: `cron(${minute} ${hour} * * ? *)`,
      timeZone,
      input: { kind: "digest", at: "<aws.scheduler.scheduled-time>" },
    },
  ];
}

/** Without reasons: they are nobody's who reads the template. */
function rotationsKept({ onCall }: ParsedSettings): { readonly rotations: Rotations } {
  const rotations = Object.entries(onCall?.rotations ?? {}).map(([key, rotation]) => {
    const overrides = rotation.overrides.map(({ reason: _, ...standIn }) => standIn);
    return [key, { ...rotation, overrides }];
  });
  return { rotations: Object.fromEntries(rotations) };
}

const kept: KeptSettings = {
  about: "who is on call now",
  of: rotationsKept,
  moves(deployed, { people, onCall }, at) {
    const { success, data } = keptRotations.safeParse(deployed);
    if (!success) return undefined;
    const moves = rotationMoves(data.rotations, onCall?.rotations ?? {}, at);
    return moves.map((move) => moveAtOnce(move, people, at));
  },
};

export default feature({
  id: "oncall",
  section,
  functions: { incidents },
  roles: (settings, owner) => (settings.onCall ? [timerRole(settings, owner)] : []),
  schedules: digest,
  kept,
});
