import { describe, expect, test } from "vitest";
import { rotateSecret } from "../../../aws/secretsmanager/rotation.ts";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { failing, fixture, stuck } from "./fixture.ts";
import unit, { type RotatedSecret } from "./index.ts";

const id = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbC123";
const now = new Date("2026-11-21T04:40:00Z");
const secret: RotatedSecret = {
  id,
  name: "orders",
  tags: [],
  due: new Date("2026-11-19T23:59:59Z"),
  last: new Date("2026-10-19T23:59:59Z"),
  owner: undefined,
  unfinished: undefined,
};
const proposed = (found: Partial<RotatedSecret>, config = {}) =>
  proposeFor(unit, { ...secret, ...found }, { now, config });

describe("what is proposed", () => {
  test("an overdue rotation is started", () => {
    expect(proposed({})).toEqual({
      because: "its rotation was due by 2026-11-19, and it was rotated last on 2026-10-19",
      call: rotateSecret({ SecretId: id }),
    });
    expect(proposed({ last: undefined })?.because).toContain("it was never rotated");
  });

  test.each<[string, Partial<RotatedSecret>, object]>([
    ["due later", { due: new Date("2026-12-01T00:00:00Z") }, {}],
    [
      "due a few hours ago, when Secrets Manager itself tries again",
      { due: new Date("2026-11-21T00:00:00Z") },
      {},
    ],
    ["within the time of the settings", {}, { graceHours: 72 }],
  ])("one %s is left alone", (_, found, config) => {
    expect(proposed(found, config)).toBeUndefined();
  });

  test("one that has begun and does not finish is told with its function's words, and not started again", () => {
    const unfinished = "its function says: ValueError: no such user";
    expect(() => proposed({ unfinished })).toThrow(
      /orders was rotated last on 2026-10-19, .* does not finish: its function says: ValueError: no such user\. Mend the function/,
    );
  });

  test("one that a service rotates for its own is held under that service's name", () => {
    expect(unit.target({ ...secret, owner: "rds" }).managed).toBe("rds");
  });
});

describe("what is found", () => {
  test("is what is rotated at all, each once; what failed with the last error, and no secret of it", async () => {
    const aws = await embedded();
    await fixture.seed(aws, undefined as never);
    const { found } = await look(unit, aws);
    const names = found.map(({ name, unfinished }) => [name, unfinished ?? null]).sort();
    expect(names).toEqual([
      ["orders/in-time", null],
      ["orders/overdue", null],
      ["orders/overdue-exempt", null],
      [
        "orders/overdue-stuck",
        "its function says: ValueError: the database refused the new password",
      ],
    ]);
    const [first] = found;
    const { found: again } = await look(unit, aws, { only: [first?.id ?? ""] });
    expect(again).toEqual([first]);
  });

  test("without a log of its function, that is said", async () => {
    const aws = await embedded();
    await stuck(aws);
    const { found } = await look(unit, aws);
    expect(found.map(({ unfinished }) => unfinished)).toEqual([
      "its function has no log /aws/lambda/rotate-orders",
    ]);
  });

  test("of what the function says no secret is told", async () => {
    const aws = await embedded();
    await stuck(aws);
    await failing(
      aws,
      "[ERROR] OperationalError: postgres://app:Tr0ub4dor&3xyz@db:5432/shop refused",
    );
    const [found] = (await look(unit, aws)).found;
    expect(found?.unfinished).toContain("OperationalError");
    expect(found?.unfinished).not.toContain("Tr0ub4dor");
  });
});
