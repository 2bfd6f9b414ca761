/** A first look at everything, some time ago: for automations that measure how long something is so. */

import type { Workplace } from "../engine/run/attempt.ts";
import { look } from "../engine/run/find.ts";
import { before, type Span } from "../sdk/time.ts";

export async function countedBefore(workplace: Workplace, span: Span | undefined): Promise<void> {
  if (!span) return;
  const { host } = workplace;
  const { clock } = host;
  const earlier = { now: () => before(clock.now(), span), sleep: clock.sleep };
  await look({ ...workplace, host: { ...host, clock: earlier } }, undefined, { record: true });
}
