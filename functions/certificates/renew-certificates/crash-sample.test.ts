/** Of a renewal that dies, the worst moments. All of them: `crash.test.ts`, a proof. */
import { describe, expect, test } from "vitest";
import {
  carriedOn,
  type Death,
  endingOf,
  openedForDeath,
  operationsOf,
} from "../../../test/setup/renewal-deaths.ts";
import { renewals } from "../../../test/setup/renewals.ts";
import { assuranceFigures } from "../../../tools/assurance/figures.ts";
import { renewCertificates } from "./index.ts";

const world = renewals(renewCertificates);

async function died(death: Death) {
  const account = await openedForDeath(world);
  const carried = await carriedOn(world, account, death);
  const operations = operationsOf(account);
  return { ...(await endingOf(world, account, { carried, death })), operations };
}

describe("a renewal that dies", { timeout: 600_000 }, () => {
  test.each<[moment: string, of: Death["of"], at: string]>([
    ["when its proof stands in the zone", "AWS", "ChangeResourceRecordSets"],
    ["when ACM has the new one", "AWS", "ImportCertificate"],
    ["when it has asked for the certificate", "the directory", "finalize"],
  ])("%s ends as if nothing had been", async (_, of, at) => {
    const { wrong, operations } = await died({ of, at, after: true });
    expect(wrong).toEqual([]);
    // What was proven at each request is what it asks for today: else `npm run assurance`.
    const proven = assuranceFigures()["a renewal dies after a request to AWS"]?.operations;
    expect(operations).toEqual(proven);
  });
});
