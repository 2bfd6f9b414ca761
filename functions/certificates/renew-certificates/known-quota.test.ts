import { expect, test } from "vitest";
import { importQuotaOf } from "./known-quota.ts";

const named = (name: string) => Object.assign(new Error("no"), { name });
const asked: object[] = [];
const quota = (answer: unknown, setting?: number) =>
  importQuotaOf(
    ((call: { readonly input: object }) => {
      asked.push(call.input);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    }) as never,
    setting,
  );

test("what Service Quotas says of the account counts, more or less than the default", async () => {
  expect(await quota({ Quota: { Value: 20 } })).toEqual({ limit: 20, by: "by Service Quotas" });
  expect(asked.at(-1)).toEqual({ ServiceCode: "acm", QuotaCode: "L-3808DC70" });
});
test("the settings go before it, and it is not asked", async () => {
  const before = asked.length;
  expect(await quota({ Quota: { Value: 20 } }, 9000)).toEqual({
    limit: 9000,
    by: "by `importQuota`",
  });
  expect(asked).toHaveLength(before);
});
test.each<[what: string, answer: unknown, why: string]>([
  ["knows no such quota", undefined, "Service Quotas says nothing of it"],
  ["says no number", { Quota: {} }, "Service Quotas says nothing of it"],
  [
    "refuses",
    named("AccessDeniedException"),
    "Service Quotas could not be asked, AccessDeniedException: no",
  ],
  [
    "throttles",
    named("TooManyRequestsException"),
    "Service Quotas could not be asked, TooManyRequestsException: no",
  ],
])("where it %s the default counts, and is said to be one", async (_, answer, why) =>
  expect(await quota(answer)).toEqual({
    limit: 5000,
    by: `by ACM's documentation alone: ${why}`,
  }),
);
