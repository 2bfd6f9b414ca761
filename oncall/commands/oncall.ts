/** `oncall`: who is on now and next, from the settings alone; asks nobody. */

import { exit } from "../../cli/io/exit.ts";
import type { Io } from "../../cli/io/io.ts";
import { json } from "../../cli/io/json.ts";
import { type Common, parseTime } from "../../cli/io/options.ts";
import { table } from "../../cli/io/table.ts";
import { openSession } from "../../cli/place/session.ts";
import { timeText } from "../../messages/render/time-text.ts";
import { count } from "../../sdk/counted.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
import { type NamedShift, type RosterLine, rosterAt } from "../rota/roster.ts";

export interface OnCallOptions extends Common {
  readonly at?: string;
}

export async function oncall(options: OnCallOptions, io: Io): Promise<number> {
  const at = parseTime(options.at, "--at") ?? systemClock.now();
  const { settings } = await openSession(options);
  const lines = rosterAt(settings, at);
  const reader = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (options.json)
    io.print(json({ at: at.toISOString(), timeZone: reader, rotations: lines.map(lineJson) }));
  else if (!lines.length)
    io.print("Nobody is on call: the settings name no rotations (`onCall`, see docs/on-call.md).");
  else io.print([shifts(lines, reader, io), ...overrides(lines)].join("\n"));
  if (lines.length) io.say(`${count(lines.length, "rotation")}, at ${timeText(at, reader)}`);
  return exit.done;
}

const who = ({ person, name }: NamedShift): string =>
  name === person ? person : `${name} (${person})`;

const columns = [
  { title: "rotation" },
  { title: "" },
  { title: "who" },
  { title: "now: until, next: from" },
  { title: "your time" },
  { title: "stands in", least: 12 },
];

function shifts(lines: readonly RosterLine[], reader: string, io: Io): string {
  const row = (rotation: string, when: "now" | "next", shift: NamedShift) => {
    const turn = when === "now" ? shift.until : shift.from;
    const times = [timeText(turn, shift.timeZone), timeText(turn, reader)];
    return [rotation, when, who(shift), ...times, standsInFor(shift)];
  };
  const rows = lines.flatMap(({ rotation, now, next }) => [
    row(rotation, "now", now),
    row(rotation, "next", next),
  ]);
  return table(io, columns, rows);
}

function standsInFor({ insteadOf, reason }: NamedShift): string {
  if (insteadOf === undefined) return "";
  return `instead of ${insteadOf}${reason ? `: ${reason}` : ""}`;
}

function overrides(lines: readonly RosterLine[]): string[] {
  const coming = lines.flatMap(({ rotation, timeZone, overrides: given }) =>
    given.map(
      ({ from, until, person, reason }) =>
        `  ${rotation}: ${person} from ${from.replace("T", " ")} until ${until.replace("T", " ")} ${timeZone}${reason ? `: ${reason}` : ""}`,
    ),
  );
  return coming.length ? ["", "Overrides", ...coming.map(plain)] : [];
}

const shiftJson = ({
  person,
  name,
  timeZone,
  from,
  until,
  insteadOf,
  reason,
}: NamedShift): object => ({
  person,
  name,
  timeZone,
  from: from.toISOString(),
  until: until.toISOString(),
  insteadOf: insteadOf ?? null,
  reason: reason ?? null,
});
const lineJson = ({ rotation, timeZone, now, next, overrides: given }: RosterLine): object => ({
  rotation,
  timeZone,
  now: shiftJson(now),
  next: shiftJson(next),
  overrides: given.map(({ reason = null, ...rest }) => ({ ...rest, reason })),
});
