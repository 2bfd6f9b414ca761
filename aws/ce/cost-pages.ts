/** How Cost Explorer is asked, page by page: each page costs money, and an account may have none. */
import type { GetCostAndUsageCommandOutput, ResultByTime } from "@aws-sdk/client-cost-explorer";

/** A page of Cost Explorer's answer, or why there is none. */
export type CostPage =
  | { readonly results: readonly ResultByTime[]; readonly more: boolean }
  | { readonly unavailable: string };

/**
 * IAM's own denials are errors like any; these two say that there is nothing to read, whoever asks.
 */
const disabled = /not enabled for cost explorer|doesn't have access to cost explorer/i;

/** @returns what to do, where Cost Explorer answers nobody of this account; nothing of other errors */
export const whyWithoutCostExplorer = (error: unknown): string | undefined =>
  error instanceof Error && disabled.test(error.message)
    ? "Cost Explorer is not enabled for this account. Enable it in the Billing console, or in the management account for its members."
    : undefined;

/**
 * @param ask for the page that a token names, the first where there is none
 * @param most pages to read at most
 */
export async function* costPages(
  ask: (token: {
    readonly NextPageToken?: string;
  }) => Promise<GetCostAndUsageCommandOutput | undefined>,
  most: number,
): AsyncGenerator<CostPage> {
  let NextPageToken: string | undefined;
  for (let page = 0; page < most; page += 1) {
    try {
      const answer = await ask(NextPageToken === undefined ? {} : { NextPageToken });
      NextPageToken = answer?.NextPageToken;
      yield answer
        ? { results: answer.ResultsByTime ?? [], more: NextPageToken !== undefined }
        : {
            unavailable:
              "Cost Explorer has no data yet. It takes about a day after it is first enabled.",
          };
    } catch (error) {
      const unavailable = whyWithoutCostExplorer(error);
      if (unavailable === undefined) throw error;
      yield { unavailable };
    }
    if (!NextPageToken) return;
  }
}
