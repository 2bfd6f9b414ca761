/** All units, each loaded only when asked for: ten SDK clients take 0.4 s and 157 MB. */
import type { Unit } from "../core/unit.ts";

type Entries<T> = {
  // biome-ignore lint/suspicious/noExplicitAny: a unit's config is its own business
  readonly [K in keyof T]: () => Promise<{ readonly default: Omit<Unit<K & string, any>, "on"> & { readonly kind: "automation" | "report" | "signal" } }>;
};
/** The key is the unit's id, by type. */
export const units = <const T extends Entries<T>>(entries: T): T => entries;

export const registry = units({
  "open-ingress": () => import("./security/open-ingress.ts"),
  "log-retention": () => import("./cost/log-retention.ts"),
  "idle-instances": () => import("./cost/idle-instances.ts"),
  "cost-report": () => import("./cost/cost-report.ts"),
  alarm: () => import("./signals/alarm.ts"),
  "any-event": () => import("./signals/any-event.ts"),
});
