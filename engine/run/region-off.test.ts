/** A region that the settings name and the account has not enabled. */
import { describe, expect, test } from "vitest";
import { failures } from "../../ledger/heartbeats.ts";
import { runsOf } from "../../ledger/runs.ts";
import { manyGroups } from "../../testing/many.ts";

const off = "ap-east-1";
const refusals = [
  ["AuthFailure", "AWS was not able to validate the provided access credentials"],
  ["UnrecognizedClientException", "The security token included in the request is invalid."],
  ["InvalidClientTokenId", "The security token included in the request is invalid"],
  ["OptInRequired", "You are not subscribed to this service."],
] as const;

/** AWS's answer to whatever is asked there. */
function refusing(name: string, message: string) {
  const many = manyGroups(["/a"]);
  const { groups } = many;
  const refuse = () => {
    throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 401 } });
  };
  return { ...many, refuse: () => Object.assign(groups, { [Symbol.iterator]: refuse }) };
}

describe.each(refusals)("%s", (name, message) => {
  test("is told as what it is, with the remedy, as no emergency; other regions go on", async () => {
    const many = refusing(name, message);
    const asked = await many.deliver({ kind: "sweep", key: "home" });
    expect(asked.outcome).toBe("waiting");
    many.refuse();
    const there = many.deliver({ kind: "sweep", key: "off", region: off });
    await expect(there).rejects.toMatchObject({ name: "RegionNotEnabled" });
    const told = (await many.messages()).find(({ region }) => region === off);
    expect(told).toMatchObject({
      severity: "warning",
      title: `test-many cannot run in ${off}: the region is not enabled for this account`,
      facts: {
        error: `${off} is not enabled for this account: AWS does not know credentials there that it knows elsewhere (${name})`,
        "what now": expect.stringContaining("or take it out of `regions`"),
      },
    });
  });

  test("in the home region is a failure like any: who asks is unknown there", async () => {
    const many = refusing(name, message);
    many.refuse();
    const here = many.deliver({ kind: "sweep", key: "home" });
    await expect(here).rejects.toMatchObject({ name });
    expect((await many.messages()).map(({ severity }) => severity)).toEqual(["critical"]);
  });
});

test("however many nights, the breaker stays closed: enabled at last, the unit acts", async () => {
  const many = refusing("AuthFailure", "not able to validate");
  many.refuse();
  const place = { unit: "test-many", account: many.host.account, region: off };
  for (let night = 1; night <= 7; night += 1)
    await expect(
      many.deliver({ kind: "sweep", key: `night-${night}`, region: off }),
    ).rejects.toThrow("is not enabled");
  expect(await failures(many.host.store, place)).toBe(0);
  const lines = await Array.fromAsync(runsOf(many.host.store, "unit", "test-many", 10));
  expect(lines.every(({ died }) => died)).toBe(true);
});
