import type { Pattern } from "../sdk/pattern.ts";
import type { ManifestUnit } from "./manifest.ts";

/** What units ask to be told of. */
export const eventPatterns = (units: readonly Pick<ManifestUnit, "on">[]): Pattern[] =>
  units.flatMap(({ on }) =>
    on.flatMap((trigger) => (trigger.kind === "event" ? [trigger.pattern] : [])),
  );
