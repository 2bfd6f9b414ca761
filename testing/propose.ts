import type * as z from "zod/mini";
import type { Here } from "../sdk/unit.ts";

/** What a proposal is made with, where the test does not say otherwise. */
const somewhere = {
  account: "123456789012",
  region: "eu-central-1",
  now: new Date("2026-11-21T03:00:00Z"),
};

export interface ProposeOptions {
  /** As it is written in the settings: parsed by the unit's own schema, defaults filled in. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** 12 digits. */
  readonly account?: string;
  readonly region?: string;
  readonly now?: Date;
  /** Since when what the unit `counts` has been so. */
  readonly since?: Date;
}

/** Of an automation what it takes, whatever its way back. */
interface Proposing<C extends z.ZodMiniObject, F, P> {
  readonly config: C;
  propose(
    found: F,
    context: Here & { readonly config: z.output<C>; readonly since: Date | undefined },
  ): P;
}

/**
 * What an automation proposes for one thing, given as a literal: no account, no network.
 * @param found as the automation's `find` yields it
 * @returns the proposal, or nothing where all is well
 * @throws where `config` is not what the unit's schema takes
 */
export function proposeFor<C extends z.ZodMiniObject, F, P>(
  unit: Proposing<C, F, P>,
  found: NoInfer<F>,
  { config = {}, since, ...place }: ProposeOptions = {},
): P {
  return unit.propose(found, { ...somewhere, ...place, config: unit.config.parse(config), since });
}
