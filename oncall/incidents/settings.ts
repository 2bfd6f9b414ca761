/** The part of the settings that the machine goes by, defaults filled in. */

import { hours, minutes, type Span, seconds } from "../../sdk/time.ts";
import type { GroupLabel, OnCall } from "../settings/on-call.ts";
import type { Audience } from "./audience.ts";

export interface MachineSettings {
  readonly by: readonly GroupLabel[];
  readonly wait: Span;
  readonly interval: Span;
  readonly repeat: Span;
  readonly inhibit: NonNullable<OnCall["inhibit"]>;
  readonly escalations: NonNullable<OnCall["escalations"]>;
  /** Keys of the people who are on for a rotation, or the person; nobody: an empty list. */
  whoIsOn(key: string, at: Date): readonly string[];
  /** Who is told of what, and when not. Absent: that is decided by each message. */
  readonly audience?: Audience | undefined;
  /** How people are called in a timeline; by their keys where absent. */
  readonly nameOf?: ((key: string) => string) | undefined;
  /** So many of a group are listed, the rest is counted. */
  readonly listed: number;
  /**
   * A group in which nothing is left is forgotten after this: what comes then waits anew.
   * Alertmanager's maintenance runs as often.
   */
  readonly forget: Span;
  /** What people do within so long of one another is told together. */
  readonly gather: Span;
}

/** Well within an item of the ledger, and more than anybody reads. */
const mostListed = 40;

export const machineSettings = (
  { group = {}, inhibit = [], escalations = [] }: OnCall,
  whoIsOn: MachineSettings["whoIsOn"],
  audience?: Audience,
): MachineSettings => ({
  by: group.by ?? ["unit", "account", "region"],
  wait: group.wait ?? seconds(30),
  interval: group.interval ?? minutes(5),
  repeat: group.repeat ?? hours(4),
  inhibit,
  escalations,
  whoIsOn,
  listed: mostListed,
  forget: seconds(30),
  gather: seconds(20),
  audience,
});
