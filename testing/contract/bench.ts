import type { TestAccount } from "../account.ts";

/** Where units are tried. */
export interface Bench {
  /** An empty account of the embedded AWS that nobody shares. */
  account(where?: { readonly region?: string }): Promise<TestAccount>;
}
