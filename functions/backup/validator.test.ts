import { describe, expect, test } from "vitest";
import { after, minutes } from "../../sdk/time.ts";
import {
  namedValidator,
  type Restored,
  validated,
  validatorField,
  validatorVerdict,
} from "./validator.ts";

const payload = (answer: unknown) => ({
  Payload: new TextEncoder().encode(typeof answer === "string" ? answer : JSON.stringify(answer)),
});

describe("what a validator answers", () => {
  test.each<[what: string, answer: unknown, result: string, why: RegExp]>([
    ["that it is good", { ok: true, why: "1,204 orders" }, "good", /check: 1,204 orders$/],
    ["that it is not", { ok: false, why: "no orders" }, "bad", /check: no orders$/],
    ["with more beside it", { ok: true, why: "fine", rows: 3 }, "good", /fine$/],
    ["without a reason", { ok: true }, "unknown", /did not answer \{ ok, why \}/],
    ["with an empty one", { ok: true, why: "" }, "unknown", /did not answer/],
    ["a word in place of yes", { ok: "true", why: "fine" }, "unknown", /did not answer/],
    ["a number", 1, "unknown", /did not answer/],
    ["nothing", null, "unknown", /did not answer/],
    ["no JSON", "ok", "unknown", /did not answer/],
    ["that it waits, and more", { wait: true, ok: true }, "unknown", /did not answer/],
    ["more than is read", { ok: true, why: "x".repeat(200_000) }, "unknown", /did not answer/],
  ])("%s", (_, answer, result, why) => {
    const verdict = validatorVerdict("check", payload(answer));
    expect(verdict?.result).toBe(result);
    expect(verdict?.why).toMatch(why);
  });
  test("that it wants more time is no verdict yet", () =>
    expect(validatorVerdict("check", payload({ wait: true }))).toBeUndefined());
  test("that it failed is known of it, and of the backup nothing", () =>
    expect(
      validatorVerdict("check", {
        FunctionError: "Unhandled",
        ...payload({ errorType: "Error", errorMessage: "no route to host", ok: true, why: "x" }),
      }),
    ).toEqual({ result: "unknown", why: "the validator check failed: Error no route to host" }));
  test("an empty answer is none", () =>
    expect(validatorVerdict("check", {})?.result).toBe("unknown"));
});

describe("asking it", () => {
  const drill = { about: "orders", slot: "2026-11-20", slowestMinutes: 60, validator: "check" };
  const own = { result: "good", why: "restored" } as const;
  const restoring: Restored & { readonly own: typeof own } = {
    own,
    backups: ["snap-1"],
    restored: ["vol-1"],
    endpoint: undefined,
  };
  const named = (name: string, more: object = {}) =>
    Object.assign(new Error(name), { name, ...more });
  const answered = (status: number) => ({ $metadata: { httpStatusCode: status } });

  /** Asks with answers in place of Lambda's, the last again and again; an hour passes with each wait. */
  async function asked(answers: readonly unknown[], passes = 60, of: object = drill) {
    const inputs: { readonly FunctionName: string; readonly Payload: Uint8Array }[] = [];
    let now = new Date("2026-11-21T03:10:00Z");
    const read = async ({ input }: { readonly input: (typeof inputs)[number] }) => {
      const answer = answers[Math.min(inputs.length, answers.length - 1)];
      inputs.push(input);
      if (answer instanceof Error) throw answer;
      return payload(answer);
    };
    const aws = {
      carries: { action: "table-drill.1", run: "table-drill" },
      look: (_: string, ask: (read: unknown, now: Date) => unknown) => ask(read, now),
      until: async (_: string, ask: (read: unknown, now: Date) => Promise<unknown>) => {
        for (;;) {
          const answer = await ask(read, now);
          if (answer !== undefined) return answer;
          now = after(now, minutes(passes));
        }
      },
    };
    return { verdict: await validated(of as typeof drill, restoring, aws as never), inputs };
  }

  test("is told what was restored, of which backup", async () => {
    const { verdict, inputs } = await asked([{ ok: true, why: "1,204 orders" }]);
    expect(verdict).toEqual({
      result: "good",
      why: "restored; the validator check: 1,204 orders",
      isValidated: true,
    });
    expect(inputs.map(({ FunctionName }) => FunctionName)).toEqual(["check"]);
    expect(JSON.parse(new TextDecoder().decode(inputs[0]?.Payload))).toEqual({
      drill: "table-drill.1",
      backups: ["snap-1"],
      of: "orders",
      slot: "2026-11-20",
      restored: ["vol-1"],
    });
  });
  test("that wants more time is asked again, and not for ever", async () => {
    const done = await asked([{ wait: true }, { wait: true }, { ok: false, why: "empty" }], 1);
    expect([done.inputs.length, done.verdict.result]).toEqual([3, "bad"]);
    const never = await asked([{ wait: true }]);
    expect(never.verdict).toMatchObject({ result: "unknown", isValidated: false });
    expect(never.inputs).toHaveLength(3);
  });
  test.each([
    ["throttled", named("TooManyRequestsException", answered(429))],
    ["a server that fails", named("ServiceException", answered(500))],
  ])("%s: it is asked again, and in the end nobody knows", async (_, error) => {
    const passed = await asked([error, { ok: true, why: "fine" }]);
    expect(passed.verdict.result).toBe("good");
    const never = await asked([error]);
    expect(never.verdict).toMatchObject({ result: "unknown", isValidated: false });
  });
  test.each([
    ["it is not there", named("ResourceNotFoundException", answered(404)), /could not be asked/],
    ["nobody may ask it", named("AccessDeniedException", answered(403)), /could not be asked/],
    [
      "it does not answer in time",
      named("TimeoutError", { code: "ETIMEDOUT" }),
      /within ten seconds: let it answer \{ wait: true \}/,
    ],
  ])("%s: nobody knows, and it is not asked again", async (_, error, why) => {
    const { verdict, inputs } = await asked([error]);
    expect(verdict).toMatchObject({ result: "unknown", isValidated: false });
    expect(verdict.why).toMatch(why);
    expect(inputs).toHaveLength(1);
  });
  test("none is asked where the settings name none, or the drill itself found it bad", async () => {
    const without = await asked([], 60, { ...drill, validator: undefined });
    expect([without.verdict.result, without.inputs.length]).toEqual(["good", 0]);
    const bad = await validated(
      drill,
      { ...restoring, own: { result: "bad", why: "gone" } },
      {} as never,
    );
    expect(bad).toEqual({ result: "bad", why: "gone", isValidated: false });
  });
});

test.each(["check-orders", "check_orders:live"])("the name %s is taken", (name) =>
  expect(validatorField.safeParse(name).success).toBe(true),
);
test.each(["", "*", "check*", "arn:aws:lambda:eu-central-1:123456789012:function:check", "a b"])(
  "the name %o is refused",
  (name) => expect(validatorField.safeParse(name).success).toBe(false),
);
test("the role is granted on the function of the settings alone, and on none without", () => {
  expect(namedValidator({ validator: "check" })).toEqual({ validator: ["check"] });
  expect(namedValidator({})).toEqual({ validator: [] });
});
