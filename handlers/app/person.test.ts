import { describe, expect, test } from "vitest";
import { identityIn } from "../../ingest/identity.ts";
import type { IdentityRequest } from "../../ingest/proof.ts";
import { signOrder } from "../../ingest/sign-order.ts";
import { recordOrder } from "../../ledger/orders.ts";
import { NotPossible, TryAgain } from "../../sdk/errors.ts";
import { plainStore } from "../../test/setup/plain-store.ts";
import { testSettings } from "../../testing/host.ts";
import { identifyAmong } from "../../testing/signatures.ts";
import { type Hearing, personBehind } from "./person.ts";

const now = new Date("2026-11-21T02:00:00Z");
const [account, home] = ["123456789012", "eu-west-1"];
const ann = { arn: `arn:aws:sts::${account}:assumed-role/OnCall/ann`, account };
const token = "IQoJb3JpZ2luX2VjEexampletokenexampletoken";
const credentials = {
  accessKeyId: "ASIAANN",
  secretAccessKey: "a-secret-key",
  sessionToken: token,
};
const order = { id: "volumes.20261121T020000.abcdef01", key: "k" };

function hearing(given: Partial<Hearing> = {}) {
  const store = plainStore();
  const asked: IdentityRequest[] = [];
  const identify = identifyAmong([{ ...ann, credentials }]);
  const own: Hearing = {
    name: "undo",
    partition: "undo",
    settings: testSettings({ region: home }, "volumes"),
    store,
    clock: { now: () => now, async sleep() {} },
    identify: async (request) => {
      asked.push(request);
      return identify(request);
    },
    ...given,
  };
  const signed = (sent: object = order) => {
    const signer = { credentials: async () => credentials, now: () => now };
    return signOrder(signer, { deployed: own.settings, account, to: "undo" }, sent);
  };
  const hear = (payload: unknown, invocation = "request-1") =>
    personBehind(own, payload, { account, invocation });
  return { store, asked, signed, hear };
}

describe("who gives an order", () => {
  test("is who AWS says has signed it", async () => {
    const { signed, hear, asked } = hearing();
    expect(await hear(await signed())).toEqual({ by: ann.arn, state: "taken" });
    expect(asked.map(({ hostname }) => hostname)).toEqual(["sts.eu-west-1.amazonaws.com"]);
  });

  test("is who has signed it, whatever name they have signed along", async () => {
    const { signed, hear } = hearing();
    const order = { by: "arn:aws:iam::123456789012:role/Boss", userArn: "boss" };
    expect((await hear(await signed(order))).by).toBe(ann.arn);
  });

  test("is who stands in the ledger, where a function that is believed has recorded it", async () => {
    const { hear, store } = hearing({ believes: ["slack"] });
    const by = "slack:T1/U1/A1";
    const recorded = await recordOrder(store, "slack", { to: "undo", order, by, at: now });
    expect(await hear({ ...order, recorded })).toEqual({ by, state: "taken" });
    expect(await hear({ ...order, recorded }, "request-2")).toEqual({ by, state: "before" });
    await expect(hear({ ...order, recorded: { writer: "other", digest: "0" } })).rejects.toThrow(
      "names no record in the ledger",
    );
  });

  test("is the same in each try of one invocation, and nobody in any other", async () => {
    const { signed, hear } = hearing();
    const payload = await signed();
    for (let times = 0; times < 3; times += 1)
      expect(await hear(payload)).toEqual({ by: ann.arn, state: "taken" });
    await expect(hear(payload, "request-2")).rejects.toThrow("counts once");
  });

  test("is known once when ten invocations bring it at the same moment", async () => {
    const { signed, hear } = hearing();
    const payload = await signed();
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, number) => hear(payload, `request-${number}`)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("is not known while AWS cannot be asked, and nothing is used up: it may come again", async () => {
    let answers = 0;
    const known = `<GetCallerIdentityResponse xmlns="x"><GetCallerIdentityResult><Arn>${ann.arn}</Arn><UserId>A</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    const throttled = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>";
    const said = [
      { status: 400, body: throttled },
      { status: 503, body: "<html></html>" },
      { status: 200, body: known },
    ];
    const { signed, hear, store } = hearing({
      identify: async () => identityIn(said[answers++] ?? { status: 500, body: "" }, home),
    });
    const payload = await signed();
    for (let times = 0; times < 2; times += 1) {
      await expect(hear(payload, `request-${times}`)).rejects.toThrow(TryAgain);
      expect([...store.all()]).toEqual([]);
    }
    expect(await hear(payload, "request-2")).toEqual({ by: ann.arn, state: "taken" });
  });

  test("is nobody where the ledger cannot say whether it was used: it may come again", async () => {
    const store = { ...plainStore(), put: () => Promise.reject(new Error("throttled")) };
    const { signed, hear } = hearing({ store });
    await expect(hear(await signed())).rejects.toThrow("throttled");
  });

  test("is asked of AWS only where the signature fits the order", async () => {
    const { signed, hear, asked } = hearing();
    const payload = await signed();
    for (const forged of [
      undefined,
      null,
      order,
      { ...order, by: ann.arn },
      { ...payload, id: "other" },
      { ...payload, recorded: { writer: "slack", digest: "0".repeat(64) } },
      { ...payload, proof: { ...payload.proof, authorization: "AWS4-HMAC-SHA256 x" } },
    ])
      await expect(hear(forged)).rejects.toThrow(NotPossible);
    expect(asked).toEqual([]);
  });

  test("may be of another account where the settings name somebody of it as approver", async () => {
    const other = { arn: "arn:aws:iam::999999999999:user/eve", account: "999999999999" };
    const settings = testSettings({ region: home }, "volumes");
    const identify = async () => other;
    const foreign = hearing({ identify });
    await expect(foreign.hear(await foreign.signed())).rejects.toThrow("the account 999999999999");
    const named = hearing({
      identify,
      settings: { ...settings, approvers: ["arn:aws:iam::999999999999:role/OnCall"] },
    });
    expect((await named.hear(await named.signed())).by).toBe(other.arn);
  });

  test("nothing of it is logged, thrown or kept but the digest", async () => {
    const { signed, hear, store } = hearing();
    const payload = await signed();
    await hear(payload);
    const errors: unknown[] = [];
    for (const [forged, invocation] of [
      [payload, "request-2"],
      [{ ...payload, proof: { ...payload.proof, token: "another" } }, "request-3"],
      [{ ...payload, proof: { ...payload.proof, more: token } }, "request-4"],
    ] as const)
      await hear(forged, invocation).catch((error: unknown) => errors.push(error));
    expect(errors).toHaveLength(3);
    const thrown = errors.map((error) => [String(error), (error as Error).stack]);
    const left = JSON.stringify([[...store.all()], thrown]);
    const [signature = ""] = /[0-9a-f]{64}$/.exec(payload.proof.authorization) ?? [];
    expect(left).toContain(payload.proof.digest);
    for (const secret of [token, signature, credentials.secretAccessKey])
      expect(left).not.toContain(secret);
  });
});
