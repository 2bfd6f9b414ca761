/** On-call as the rest of Nightshift sees it: its settings, its function, its rights. */
import * as z from "zod/mini";
import { type FeatureFunction, feature, type Section } from "../settings/feature.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { mayKeepIncidents, timerRole } from "./grants.ts";
import { onCallField } from "./settings/field.ts";
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

export default feature({
  id: "oncall",
  section,
  functions: { incidents },
  roles: (settings, owner) => (settings.onCall ? [timerRole(settings, owner)] : []),
  schedules: digest,
});
