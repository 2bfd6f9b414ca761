import type { PolicyDocument, Statement } from "../../settings/statements.ts";
import { exemptionDenied, type Owner } from "../../settings/statements.ts";

/** What IAM takes in all policies of a role's own, in characters that are no white space. */
export const longestPolicy = 10_240;

/** The one with the longest names, so that a policy is the same wherever it is made. */
const longestOwner: Owner = { partition: "aws-us-gov", account: "123456789012" };

/**
 * A policy with what denies changes of what is exempt. Three patterns for each automation that there is
 * make it exact; where there are so many that IAM would not take it, one for each: a name in a tag that
 * goes on after that of an automation counts as that automation's for IAM then, and for guards never.
 * @param exempt what is denied by, or nothing where nothing is
 */
export function withExemptions(
  exempt: Parameters<typeof exemptionDenied>[0] | undefined,
  owner: Owner,
  build: (denied: readonly Statement[], owner: Owner) => PolicyDocument,
): PolicyDocument {
  if (!exempt) return build([], owner);
  const exact = exemptionDenied(exempt);
  const isTooLong = JSON.stringify(build(exact, longestOwner)).length > longestPolicy;
  return build(isTooLong ? exemptionDenied(exempt, { roughly: true }) : exact, owner);
}
