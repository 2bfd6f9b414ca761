/** What AWS answers to a question that the embedded AWS has no answer of its own to. */
import type { TestAccount } from "./account.ts";

export interface RecordedAnswer {
  /**
   * As the request has it: `/backup/plans/p-1/selections/`. Of services that are asked by the names of
   * operations, that name: `GetCostForecast`.
   */
  readonly path: string;
  /** As AWS sends it: its documentation shows each. Moments are seconds since 1970. */
  readonly answer: object;
  /** Default that of the account. */
  readonly region?: string;
}

/** Puts an answer there, for requests of this account alone (GET, or of that name), until another takes its place. */
export async function record(
  { endpoint, account, region: home }: Pick<TestAccount, "endpoint" | "account" | "region">,
  { region = home, ...recorded }: RecordedAnswer,
): Promise<void> {
  const answer = await fetch(`${endpoint}/embedded/recorded`, {
    method: "POST",
    body: JSON.stringify({ account, region, ...recorded }),
  });
  if (!answer.ok) throw new Error(`the embedded AWS took no answer for ${recorded.path}`);
}
