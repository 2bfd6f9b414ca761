/** Whoever asked for it may not approve it, where the settings say so. */
import { describe, expect, test } from "vitest";
import { actionsOf } from "../../ledger/actions.ts";
import { refusalsOf } from "../../ledger/decisions.ts";
import type { Start } from "../../ledger/start.ts";
import { messagesIn } from "../../test/model/ledger.ts";
import { stage } from "../../test/model/stage.ts";
import { clock, store } from "../../test/model/world.ts";
import { decideOn } from "./approve.ts";

const user = (name: string) => `arn:aws:iam::123456789012:user/${name}`;
const [ann, bob] = [user("ann"), user("bob")];

describe("with twoPersonRule", () => {
  const waiting = async (kind: Start["kind"], by: string | undefined, twoPersonRule = true) => {
    const on = stage("retention", 1, { mode: "ask", approvers: [ann, bob], twoPersonRule });
    const asked = await on.deliver(
      on.start(kind, "asked", {
        ...(by !== undefined && { by }),
        ...(kind === "event" && { only: on.targets }),
      }),
    );
    const id = asked?.plan?.id ?? "";
    return {
      on,
      id,
      decide: (who: string, verdict: "approve" | "deny" = "approve", rule = twoPersonRule) =>
        on.as(who, () =>
          decideOn(
            store,
            {
              approvers: [ann, bob],
              twoPersonRule: rule,
            },
            { plan: id, verdict, by: who, at: clock.now() },
          ),
        ),
      carryOut: () =>
        on.deliver(on.start("decision", `decision#${id}`, { plan: id, only: on.targets })),
      isDone: () => !on.subject.isWrong(on.world.aws, on.targets[0] ?? ""),
    };
  };

  test.each(["manual", "event"] as const)(
    "who asked for a run (%s) may not approve its plan, which is recorded; another may",
    async (kind) => {
      const { on, id, decide, carryOut, isDone } = await waiting(kind, ann);
      for (let times = 0; times < 2; times += 1)
        await expect(decide(ann)).rejects.toThrow(
          `${ann} asked for it, and the settings' \`twoPersonRule\``,
        );
      expect(await on.as("a person", () => refusalsOf(store, id))).toEqual([
        expect.objectContaining({
          plan: id,
          verdict: "approve",
          by: ann,
          why: expect.stringContaining("twoPersonRule"),
        }),
      ]);
      await expect(carryOut()).rejects.toThrow("is not approved");
      await decide(bob);
      expect([(await carryOut())?.outcome, isDone()]).toEqual(["done", true]);
    },
  );
  test("what is carried out says who asked for it and who approved it", async () => {
    const { on, decide, carryOut } = await waiting("manual", ann);
    await decide(bob);
    const result = await carryOut();
    expect(result?.involved).toEqual([ann, bob]);
    const [first] =
      (await on.as("a person", () =>
        actionsOf(store, "unit", on.subject.unit.id, result?.id ?? ""),
      )) ?? [];
    expect(first?.involved).toEqual([ann, bob]);
  });
  test("what is told of it names the plan and who approved it", async () => {
    const { on, id, decide, carryOut } = await waiting("manual", ann);
    await decide(bob);
    await carryOut();
    expect(
      messagesIn(on.world.aws).flatMap((message) =>
        message.kind === "run" ? (message.carries ?? []) : [],
      ),
    ).toEqual([{ plan: id, by: bob }]);
  });
  test("it is checked again where the power is: an approval that the settings no longer allow does nothing", async () => {
    const { decide, carryOut, isDone } = await waiting("manual", ann);
    await decide(ann, "approve", false);
    await expect(carryOut()).rejects.toThrow("twoPersonRule");
    expect(isDone()).toBe(false);
  });
  test("who asked may think better of it", async () => {
    const { decide } = await waiting("manual", ann);
    expect((await decide(ann, "deny"))?.decision.verdict).toBe("deny");
  });
  test("what nobody asked for may be approved by anybody whom the settings name", async () => {
    const { decide, carryOut } = await waiting("sweep", undefined);
    await decide(ann);
    expect((await carryOut())?.outcome).toBe("done");
  });
  test("without it, who asked may approve", async () => {
    const { decide, carryOut } = await waiting("manual", ann, false);
    await decide(ann);
    expect((await carryOut())?.outcome).toBe("done");
  });
});

test("a decision that comes too late, or of somebody whom the settings do not name, is recorded", async () => {
  const on = stage("retention", 1, { mode: "ask", approvers: [ann] });
  const id = (await on.deliver(on.start("sweep", "asked")))?.plan?.id ?? "";
  const decide = (who: string, verdict: "approve" | "deny") =>
    on
      .as(who, () =>
        decideOn(
          store,
          { approvers: [ann], twoPersonRule: false },
          { plan: id, verdict, by: who, at: clock.now() },
        ),
      )
      .catch(() => {});
  await decide(bob, "approve");
  await decide(ann, "deny");
  await decide(ann, "approve");
  const refused = (await on.as("a person", () => refusalsOf(store, id))) ?? [];
  expect(refused.map(({ by, verdict, why }) => [by, verdict, why.split(":")[0]])).toEqual([
    [ann, "approve", `${id} was already decided on`],
    [bob, "approve", "arn"],
  ]);
});
