/**
 * From what is wrong now to what is told: each matter once when it begins and once when it is over.
 */

import {
  forgetFinding,
  forgetNoted,
  noteFinding,
  type OpenFinding,
  rememberFinding,
  seenFindings,
  tellNoted,
  type WatchdogFinding,
} from "../../../ledger/findings.ts";
import type { Store } from "../../../ledger/store.ts";
import { post } from "../../../messages/outbox.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import { digest } from "../../../sdk/codec.ts";
import { inOneLine, isDenied } from "../../../sdk/errors.ts";
import { before, minutes } from "../../../sdk/time.ts";

/**
 * One thing that is looked at. `keys`: what its findings' keys begin with, so that they stay open
 * while it cannot be looked at.
 */
export interface WatchCheck {
  readonly name: string;
  readonly keys: readonly string[];
  look(): Promise<readonly WatchdogFinding[]>;
}

interface Place {
  /** 12 digits. */
  readonly account: string;
  readonly home: string;
}

const messageOf = (
  { since, key, untold: _, ...finding }: OpenFinding,
  { account, home }: Place,
  at: Date,
  over: boolean,
): Outgoing => ({
  ...finding,
  id: `watchdog.${digest([key, since]).slice(0, 32)}${over ? ".over" : ""}`,
  key: `watchdog ${key}`,
  at,
  account,
  region: home,
  unit: "watchdog",
  kind: "watchdog",
  ...(over && {
    title: `Over: ${finding.title}`,
    severity: "info" as const,
    closes: true,
    confirmed: true,
  }),
});

/** A look is a second one after this: AWS may deliver one twice. */
const anotherLook = minutes(5);

/**
 * What could not be looked at is a matter of its own, never "all well". What passes by the next look
 * wakes nobody; a right that is missing does not pass.
 */
const blind = (name: string, error: unknown): Found => ({
  mayPass: !isDenied(error),
  key: `blind ${name}`,
  title: `The watchdog cannot look at ${name}`,
  severity: "critical",
  facts: {
    error: inOneLine(error),
    "so what": "what is wrong there is not noticed",
    "what now": "see the log of nightshift-watchdog; its role may lack a permission",
  },
});

interface Found extends WatchdogFinding {
  readonly mayPass?: boolean;
}

/** Looks at everything, opens what is new and closes what is over. @returns what is wrong now */
export async function watchOver(
  checks: readonly WatchCheck[],
  store: Store,
  place: Place,
  now: Date,
): Promise<readonly WatchdogFinding[]> {
  const unseen = new Set<string>();
  const found = (
    await Promise.all(
      checks.map(async ({ name, keys, look }): Promise<readonly Found[]> => {
        try {
          return await look();
        } catch (error) {
          for (const key of keys) unseen.add(key);
          return [blind(name, error)];
        }
      }),
    )
  ).flat();
  const wrong = new Map(found.map((finding) => [finding.key, finding]));
  const known = new Map((await seenFindings(store)).map((finding) => [finding.key, finding]));
  for (const finding of wrong.values())
    await openOrTell(store, place, { finding, was: known.get(finding.key) }, now);
  for (const finding of known.values()) {
    if (wrong.has(finding.key) || [...unseen].some((prefix) => finding.key.startsWith(prefix)))
      continue;
    if (finding.untold) await forgetNoted(store, finding);
    else await forgetFinding(store, finding, post("watch", messageOf(finding, place, now, true)));
  }
  return [...wrong.values()];
}

/** Told once: when it is first seen, or, where it may pass, when it is seen again. */
async function openOrTell(
  store: Store,
  place: Place,
  { finding, was }: { readonly finding: Found; readonly was: OpenFinding | undefined },
  now: Date,
): Promise<void> {
  if (was && !was.untold) return;
  const { mayPass = false, ...wrong } = finding;
  const opened: OpenFinding = { ...wrong, since: was?.since ?? now };
  const told = post("watch", messageOf(opened, place, now, false));
  if (!was) {
    await (mayPass ? noteFinding(store, opened) : rememberFinding(store, opened, told));
    return;
  }
  if (mayPass && was.since > before(now, anotherLook)) return;
  await tellNoted(store, opened, told);
}
