/**
 * From what is wrong now to what is told: each matter once when it begins and once when it is over.
 */

import {
  forgetFinding,
  type OpenFinding,
  openFindings,
  rememberFinding,
  type WatchdogFinding,
} from "../../../ledger/findings.ts";
import type { Store } from "../../../ledger/store.ts";
import { post } from "../../../messages/outbox.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import { digest } from "../../../sdk/codec.ts";
import { inOneLine } from "../../../sdk/errors.ts";

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
  { since, key, ...finding }: OpenFinding,
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

/** What could not be looked at is a matter of its own, never "all well". */
const blind = (name: string, error: unknown): WatchdogFinding => ({
  key: `blind ${name}`,
  title: `The watchdog cannot look at ${name}`,
  severity: "critical",
  facts: {
    error: inOneLine(error),
    "so what": "what is wrong there is not noticed",
    "what now": "see the log of nightshift-watchdog; its role may lack a permission",
  },
});

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
      checks.map(async ({ name, keys, look }) => {
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
  const known = new Map((await openFindings(store)).map((finding) => [finding.key, finding]));
  for (const finding of wrong.values())
    if (!known.has(finding.key)) {
      const opened = { ...finding, since: now };
      await rememberFinding(store, opened, post("watch", messageOf(opened, place, now, false)));
    }
  for (const finding of known.values())
    if (!wrong.has(finding.key) && ![...unseen].some((prefix) => finding.key.startsWith(prefix)))
      await forgetFinding(store, finding, post("watch", messageOf(finding, place, now, true)));
  return [...wrong.values()];
}
