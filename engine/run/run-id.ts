import type { Place } from "../../ledger/keys.ts";
import type { Start } from "../../ledger/start.ts";
import { digest } from "../../sdk/codec.ts";

/** `20261121T020000`: sorts as time does. */
export const stamp = (at: Date) => at.toISOString().replace(/[-:]|\.\d+Z$/g, "");

/**
 * The same for each delivery of the same trigger: `<unit>.<time>.<hash>`; ids of its actions and
 * plan begin with it.
 */
export const runId = (place: Place, start: Start): string =>
  `${place.unit}.${stamp(start.at)}.${digest([place.account, place.region, start.key]).slice(0, 8)}`;
