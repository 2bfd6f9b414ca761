/** An empty AWS account for a test. */
import { openAccount, type TestAccount } from "../../testing/account.ts";
import { sharedEndpoint } from "./ask.ts";

export type { TestAccount };

/**
 * Opens an account that no other test shares, so nothing needs to be cleaned up, and the shared one
 * must never be reset.
 */
export async function embedded({
  region = "eu-west-1",
}: {
  readonly region?: string;
} = {}): Promise<TestAccount> {
  return openAccount(await sharedEndpoint(), { region });
}
