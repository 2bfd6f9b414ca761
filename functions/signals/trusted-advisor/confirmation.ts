/**
 * A check is green for a resource when its result flags that resource no more. Trusted Advisor
 * answers only accounts with a support plan that includes the API (Business or higher); in any
 * other its own event has to do.
 */
import {
  describeTrustedAdvisorCheckResult,
  describeTrustedAdvisorChecks,
} from "../../../aws/support/check.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { lastOf } from "../../../sdk/signals/names.ts";
import { type CheckItem, resourceChecked } from "./resource-checked.ts";

const unread = { unread: "the account's support plan has no API of Trusted Advisor" };

export default confirmation({
  reads: [describeTrustedAdvisorChecks, describeTrustedAdvisorCheckResult],
  async over(item: CheckItem & { readonly "check-name": string }, { read }) {
    const known = await read(describeTrustedAdvisorChecks({ language: "en" }));
    if (!known) return unread;
    const check = known.checks?.find(({ name }) => name === item["check-name"]);
    if (!check?.id) throw new Error(`Trusted Advisor has no check "${item["check-name"]}"`);
    const answer = await read(
      describeTrustedAdvisorCheckResult({ checkId: check.id, language: "en" }),
    );
    if (!answer) return unread;
    const { result } = answer;
    const resource = resourceChecked(item);
    if (!result?.status || result.status === "not_available")
      throw new Error("the check has no result for now");
    if (!resource) return result.status === "ok";
    const names = new Set([resource, lastOf(resource)]);
    return !(result.flaggedResources ?? []).some(
      ({ status, isSuppressed, metadata = [] }) =>
        status !== "ok" &&
        isSuppressed !== true &&
        metadata.some((column) => column !== null && names.has(column)),
    );
  },
});
