/**
 * A test message the way that every message goes: the outbox, the table's stream, tell, and the
 * channels' queues.
 */

import type { Channel } from "../../channels/channel.ts";
import { featuresAtRun } from "../../features.run.ts";
import type { Store } from "../../ledger/store.ts";
import { quietBy } from "../../messages/feature-at-run.ts";
import { alreadyTold, put } from "../../messages/outbox.ts";
import type { Outgoing } from "../../messages/outgoing.ts";
import { mutedBy, routed } from "../../messages/routes.ts";
import { after, type Clock, seconds } from "../../sdk/time.ts";
import { namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { command } from "../io/words.ts";
import { type DoctorCheck, ill, noteCheck, well } from "./check.ts";

const patience = seconds(30);
const between = seconds(1);

export interface By {
  /** 12 digits. */
  readonly account: string;
  /** The ARN of who asks. */
  readonly caller: string;
}

/**
 * Posts it with the caller's own credentials, and waits until each channel that wants it has told
 * it.
 */
export async function postTest(
  store: Store,
  settings: ParsedSettings,
  { account, caller }: By,
  clock: Clock,
): Promise<DoctorCheck> {
  const check = "test message";
  const { home } = settings;
  const at = clock.now();
  const message: Outgoing = {
    id: `doctor.${at.toISOString()}`,
    at,
    account,
    region: home,
    unit: "doctor",
    // Without a key it becomes no incident, and nobody is called.
    kind: "watchdog",
    severity: "info",
    title: "A test: messages of Nightshift reach whoever reads this",
    facts: {
      "asked for by": caller,
      "what now": "nothing: it only tries the way that messages go",
    },
  };
  await put(store, "watch", message);
  const muted = mutedBy(message, settings.mutes, at);
  if (muted)
    return noteCheck(
      check,
      `was posted, and a mute of ${muted.owner} keeps it from being told: ${muted.reason}`,
      `try again after ${muted.until}`,
    );
  const quiet = (await quietBy(featuresAtRun, settings))(message, at);
  if (quiet)
    return noteCheck(
      check,
      "was posted, and is told when the quiet hours end",
      `look for it after ${quiet.toISOString()}`,
    );
  const there = ["sns", ...Object.keys(settings.channels)].map(
    (name): Channel => ({ name, send: async () => {} }),
  );
  const wanting = routed(message, settings.routes, there).map(({ name }) => name);
  let silent = wanting;
  for (;;) {
    const told = await Promise.all(
      silent.map((channel) => alreadyTold(store, message.id, channel)),
    );
    silent = silent.filter((_, nth) => !told[nth]);
    if (!silent.length)
      return well(check, `went the whole way: outbox, stream, tell, and ${wanting.join(", ")}`);
    if (clock.now() >= after(at, patience)) break;
    await clock.sleep(between);
  }
  const functions = ["tell", ...(silent.some((name) => name !== "sns") ? ["deliver"] : [])];
  return ill(
    check,
    `was posted, and ${silent.join(", ")} ${silent.length === 1 ? "has" : "have"} not told it in ${patience.seconds} seconds`,
    `the log of ${functions.map((name) => namesOf(settings).function(name)).join(" and ")} in ${home} says why; \`${command} verify\` lists what stays untold`,
  );
}
