import type { Configured } from "../../cli/bundle/units.ts";
import type { SeededAccount } from "../seed/thing.ts";
import type { Seeded } from "../seed.ts";
import type { Functions } from "./functions.ts";

/** What the night is played on, act for act. */
export interface Scene {
  readonly account: SeededAccount;
  readonly configured: Configured;
  readonly seeded: Seeded;
  readonly functions: Functions;
  /** The ARN of whoever runs the night: as IAM authenticates it. */
  readonly by: string;
  /** What is going on, while it takes. */
  say(text: string): void;
}
