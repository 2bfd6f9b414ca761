import type { TestAccount } from "../account.ts";

/** Where units are tried. */
export interface Bench {
  /** An empty account of the embedded AWS that nobody shares. */
  account(where?: { readonly region?: string }): Promise<TestAccount>;
  /**
   * Whether automations are also tried with all that can go wrong: minutes, for many of them. Left out:
   * with the rest; `none`: without; `alone`: nothing but that.
   */
  readonly mishaps?: "alone" | "none";
}
