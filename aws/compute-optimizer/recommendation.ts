/** What Compute Optimizer knows of instances, where the account has opted in. */
import {
  ComputeOptimizerClient,
  GetEC2InstanceRecommendationsCommand,
  type GetEC2InstanceRecommendationsCommandInput,
  GetEnrollmentStatusCommand,
} from "@aws-sdk/client-compute-optimizer";
import { paged, read } from "../../sdk/call.ts";

/** `Active` where it judges this account. */
export const getEnrollmentStatus = read(
  "compute-optimizer:GetEnrollmentStatus",
  ComputeOptimizerClient,
  GetEnrollmentStatusCommand,
);

/** The SDK has no paginator for it. */
async function* pagesOfInstances(
  { client }: { readonly client: ComputeOptimizerClient },
  input: GetEC2InstanceRecommendationsCommandInput,
) {
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetEC2InstanceRecommendationsCommand({
        ...input,
        maxResults: 1000,
        ...(nextToken && { nextToken }),
      }),
    );
    yield page;
    nextToken = page.nextToken;
  } while (nextToken);
}

/** Of the account's own instances in the region: those that fit, too. */
export const getEC2InstanceRecommendations = paged(
  "compute-optimizer:GetEC2InstanceRecommendations",
  ComputeOptimizerClient,
  pagesOfInstances,
  {
    items: (page) => page.instanceRecommendations,
    failures: ({ errors }) => errors,
    also: { "ec2:DescribeInstances": "*" },
  },
);
