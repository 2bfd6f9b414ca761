/** Where a call is made: in the unit's own region, or in one that its settings name. */
import type { Read, Write } from "../../sdk/call.ts";
import { NotPossible } from "../../sdk/errors.ts";
import { parseConfig } from "../../settings/settings.ts";
import type { Runnable } from "./attempt.ts";

/** Where calls elsewhere may go, and which field of the settings says so. */
export interface Reach {
  readonly field: string;
  readonly regions: readonly string[];
}

interface Reaching {
  readonly unit: Runnable;
  readonly host: { readonly settings: { readonly config: unknown } };
}

export function reachOf({ unit, host }: Reaching): Reach | undefined {
  if (unit.kind !== "automation" || !unit.elsewhere) return undefined;
  const { field, regions } = unit.elsewhere;
  const config = parseConfig(unit, host.settings.config);
  return { field: `units.${unit.id}.config.${field}`, regions: regions(config) };
}

interface Asking {
  readonly call: Read | Write;
  readonly input: object;
  /** The unit's own. */
  readonly region: string;
  readonly reach: Reach | undefined;
}

/** @throws {NotPossible} where the settings do not name the region: whatever the input says, and whoever wrote it */
export function regionFor({ call, input, region, reach }: Asking): string {
  if (!call.elsewhere) return region;
  const { elsewhere } = input as { readonly elsewhere?: unknown };
  const { field = "the settings", regions = [] } = reach ?? {};
  if (typeof elsewhere === "string" && regions.includes(elsewhere)) return elsewhere;
  throw new NotPossible(
    `${call.operation} in ${String(elsewhere)}: ${field} names ${regions.join(", ") || "no region"}. Name it there and deploy, or leave it`,
  );
}
