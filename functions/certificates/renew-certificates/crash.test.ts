// @module-tag proof
/** A renewal dies at any of its requests, to AWS, the ledger and the directory: all ends as if nothing had been. */
import { describe, expect, test } from "vitest";
import {
  carriedOn,
  type Death,
  type Ending,
  endingOf,
  openedForDeath,
  operationsOf,
  ordersMade,
  type Requests,
  requestsOf,
} from "../../../test/setup/renewal-deaths.ts";
import { renewals } from "../../../test/setup/renewals.ts";
import { addFigures } from "../../../tools/assurance/figures.ts";
import { renewCertificates } from "./index.ts";

const world = renewals(renewCertificates);

/** `npm run prove` and `npm run assurance` try each, unless that is to take a part of the time. */
const strideOf = (stride: number): number =>
  process.env.FC_RUNS ? Number(process.env.NIGHTSHIFT_STRIDE ?? 1) : stride;

interface Clean {
  readonly counts: Readonly<Record<Requests, number>>;
  readonly operations: readonly string[];
}

async function clean(): Promise<Clean> {
  const account = await openedForDeath(world);
  const carried = await carriedOn(world, account);
  const operations = operationsOf(account);
  const counts = {
    AWS: requestsOf(account, "AWS"),
    "the ledger": requestsOf(account, "the ledger"),
    "the directory": carried.asked.length,
  };
  expect((await endingOf(world, account, { carried })).wrong).toEqual([]);
  return { counts, operations };
}

async function died(death: Death): Promise<Ending & { readonly abandoned: number }> {
  const before = ordersMade(world);
  const account = await openedForDeath(world);
  const carried = await carriedOn(world, account, death);
  world.proxy.fault = () => undefined;
  const ending = await endingOf(world, account, { carried, death });
  return { ...ending, abandoned: ordersMade(world) - before - 1 };
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

describe("a renewal", { timeout: 7_200_000 }, () => {
  test.each<[when: string, of: Requests, after: boolean, stride: number]>([
    ["before", "AWS", false, 37],
    ["after", "AWS", true, 31],
    ["before", "the directory", false, 17],
    ["after", "the directory", true, 13],
    ["before", "the ledger", false, 61],
    ["after", "the ledger", true, 53],
  ])(
    "that dies %s any of its requests to %s ends as if nothing had been",
    async (when, of, after, stride) => {
      const { counts, operations } = await clean();
      expect(counts[of]).toBeGreaterThan(20);
      const wrong: string[] = [];
      const endings: Awaited<ReturnType<typeof died>>[] = [];
      for (let at = 0; at < counts[of]; at += strideOf(stride)) {
        const ending = await died({ of, at, after });
        endings.push(ending);
        if (ending.wrong.length) wrong.push(`at request ${at}: ${ending.wrong.join(", ")}`);
      }
      expect(wrong).toEqual([]);
      expect(total(endings.map(({ abandoned }) => abandoned))).toBe(0);
      addFigures(`a renewal dies ${when} a request to ${of}`, {
        tried: endings.length,
        requests: counts[of],
        orphans: total(endings.map(({ orphans }) => orphans)),
        keys: total(endings.map(({ keys }) => keys)),
        abandoned: total(endings.map(({ abandoned }) => abandoned)),
        ...(of === "AWS" && { operations: [...operations] }),
      });
    },
  );
});
