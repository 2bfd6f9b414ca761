/** Whether anything waits to become an incident: what keeps incidents is away, or refuses it. */
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import type { Store } from "../../../ledger/store.ts";
import type { Outgoing } from "../../../messages/outgoing.ts";
import { allUntaken } from "../../../messages/untaken.ts";
import { count } from "../../../sdk/counted.ts";
import { before, minutes } from "../../../sdk/time.ts";

/** The next message, or the watchdog itself, has them taken by then. */
const patience = minutes(10);

export async function untaken(store: Store, now: Date): Promise<WatchdogFinding[]> {
  let number = 0;
  let oldest: Outgoing | undefined;
  for await (const { message } of allUntaken(store)) {
    number += 1;
    if (!oldest || message.at < oldest.at) oldest = message;
  }
  if (!oldest || oldest.at > before(now, patience)) return [];
  return [
    {
      key: "untaken",
      title: `${count(number, "message")} could not be made incidents: nobody is called for them`,
      severity: "critical",
      facts: {
        "the oldest": `${oldest.at.toISOString()}: ${oldest.title}`,
        "so what":
          "they were told as they came, and are kept; incidents neither open nor end by them until they are taken",
        "what now":
          "the log of nightshift-incidents says why; what waits is offered again every quarter of an hour, and when news of it come",
      },
    },
  ];
}
