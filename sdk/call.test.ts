import { describe, expect, test } from "vitest";
import { type OneOrMore, PartlyFailed, paged, read, type SdkClient, write } from "./call.ts";
import { flow } from "./flow.ts";
import { hours } from "./time.ts";

/** What is sent is what the command was made with. */
class Command {
  readonly input: { readonly Ids?: readonly string[]; readonly Token?: string };
  constructor(input: Command["input"]) {
    this.input = input;
  }
  resolveMiddleware(): () => Promise<{
    output: { readonly Made?: string; readonly Failures?: readonly string[] };
  }> {
    return () => Promise.reject(new Error("nothing goes through middleware here"));
  }
}
class Client implements SdkClient {
  readonly config = {};
  readonly sent: object[] = [];
  readonly #answer: object | Error;
  constructor(answer: object | Error = {}) {
    this.#answer = answer;
  }
  async send({ input }: Command): Promise<object> {
    this.sent.push(input);
    if (this.#answer instanceof Error) throw this.#answer;
    return this.#answer;
  }
  destroy(): void {}
}
const named = (name: string) => Object.assign(new Error("refused"), { name });

describe("what IAM must allow", () => {
  const grants = (options: Parameters<typeof read>[3]) =>
    read("ec2:DescribeThings", Client, Command, options).grants;
  test.each<[string, Parameters<typeof read>[3], object[]]>([
    ["the operation, on everything", undefined, [{ action: "ec2:DescribeThings", on: ["*"] }]],
    ["on a resource", { on: "thing/*" }, [{ action: "ec2:DescribeThings", on: ["thing/*"] }]],
    [
      "on several",
      { on: ["thing/*", "part/*"] },
      [{ action: "ec2:DescribeThings", on: ["thing/*", "part/*"] }],
    ],
    ["by another name", { action: "ec2:ListThings" }, [{ action: "ec2:ListThings", on: ["*"] }]],
    [
      "and what else it takes",
      {
        also: {
          "kms:Decrypt": "key/*",
          "kms:Encrypt": ["key/*", "alias/*"],
          "ec2:CreateTags": { on: "thing/*", when: { Bool: { "aws:SecureTransport": "true" } } },
        },
      },
      [
        { action: "ec2:DescribeThings", on: ["*"] },
        { action: "kms:Decrypt", on: ["key/*"] },
        { action: "kms:Encrypt", on: ["key/*", "alias/*"] },
        {
          action: "ec2:CreateTags",
          on: ["thing/*"],
          when: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    ],
    [
      "and what else it takes, without a condition",
      { also: { "ec2:CreateTags": { on: ["thing/*"] } } },
      [
        { action: "ec2:DescribeThings", on: ["*"] },
        { action: "ec2:CreateTags", on: ["thing/*"] },
      ],
    ],
  ])("%s", (_, options, wanted) => expect(grants(options)).toStrictEqual(wanted));

  test("a paged read asks for the same", () => {
    const pages = async function* () {};
    const things = (options?: { readonly on: string; readonly action: string }) =>
      paged("ec2:DescribeThings", Client, pages, { items: () => [], ...options }).grants;
    expect(things()).toEqual([{ action: "ec2:DescribeThings", on: ["*"] }]);
    expect(things({ on: "thing/*", action: "ec2:ListThings" })).toEqual([
      { action: "ec2:ListThings", on: ["thing/*"] },
    ]);
  });
});

describe("a read of one answer", () => {
  const get = read("s3:GetThing", Client, Command, {
    absent: ["NoSuchThing"],
    failures: ({ Failures }) => Failures,
  });

  test("is described by its input, and sends that", async () => {
    expect(get({ Ids: ["a"] })).toEqual({
      operation: "s3:GetThing",
      kind: "read",
      input: { Ids: ["a"] },
    });
    expect([get.operation, get.kind, get.client]).toEqual(["s3:GetThing", "read", Client]);
    const client = new Client({ Made: "x", Failures: [] });
    expect(await get.ask(client, { Ids: ["a"] })).toEqual({ Made: "x", Failures: [] });
    expect(client.sent).toEqual([{ Ids: ["a"] }]);
  });
  test("needs to declare nothing", async () => {
    expect(
      await read("s3:GetThing", Client, Command).ask(
        new Client({ Made: "x", Failures: ["none of ours"] }),
        {},
      ),
    ).toMatchObject({ Made: "x" });
  });
  test("of what is not there is nothing", async () =>
    expect(await get.ask(new Client(named("NoSuchThing")), {})).toBeUndefined());
  test("where a code means other things too, the message says which", async () => {
    const saying = (says: RegExp) =>
      read("s3:GetThing", Client, Command, { absent: ["NoSuchThing"], says }).ask(
        new Client(named("NoSuchThing")),
        {},
      );
    expect(await saying(/^refus/)).toBeUndefined();
    await expect(saying(/^Could not find /)).rejects.toThrow("refused");
  });
  test("that fails otherwise fails", async () => {
    await expect(get.ask(new Client(named("AccessDenied")), {})).rejects.toThrow("refused");
    await expect(
      read("s3:GetThing", Client, Command).ask(new Client(named("NoSuchThing")), {}),
    ).rejects.toThrow("refused");
    await expect(
      get.ask({ ...new Client(), send: () => Promise.reject("text"), destroy() {} }, {}),
    ).rejects.toBe("text");
  });
  test.each([
    [["a is broken"], 's3:GetThing answered 200 but reports 1 failure: ["a is broken"]'],
    [["a", "b"], 's3:GetThing answered 200 but reports 2 failures: ["a","b"]'],
  ])("whose answer says inside that %o failed is no success", async (Failures, words) => {
    const failed = await Promise.resolve(get.ask(new Client({ Failures }), {})).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(PartlyFailed);
    expect(failed).toMatchObject({ name: "PartlyFailed", message: words, failures: Failures });
  });
});

describe("a read of many pages", () => {
  interface Page {
    readonly things?: readonly string[];
    readonly failures?: readonly string[];
  }
  const asked: unknown[] = [];
  const paging = (
    pages: readonly Page[],
    options?: {
      readonly pageSize?: number;
      readonly failures?: (page: Page) => readonly string[] | undefined;
    },
  ) => {
    asked.length = 0;
    const paginate = async function* (
      // How a page is asked, where one goes on from, is told by `withCommand`: tested where it is used.
      { withCommand: _, ...config }: { readonly withCommand?: unknown },
      input: { Ids?: readonly string[]; Id?: string; NextToken?: string },
    ) {
      asked.push(config, { ...input });
      // As the SDK's paginators do.
      input.NextToken = "next";
      yield* pages;
    };
    return paged("ec2:DescribeThings", Client, paginate, {
      items: ({ things }) => things,
      ...options,
    });
  };
  const all = (list: ReturnType<typeof paging>, input = {}, client = new Client()) =>
    Array.fromAsync(list.ask(client, input) as AsyncIterable<string>);

  test("gives item by item, over empty pages too, and leaves the input as it was", async () => {
    const list = paging([{ things: ["a", "b"] }, {}, { things: [] }, { things: ["c"] }]);
    const input = {};
    expect(list(input)).toEqual({ operation: "ec2:DescribeThings", kind: "read", input: {} });
    expect([list.operation, list.kind, list.client]).toEqual([
      "ec2:DescribeThings",
      "read",
      Client,
    ]);
    expect(await all(list, input)).toEqual(["a", "b", "c"]);
    expect(input).toEqual({});
  });
  test.each<[string, number | undefined, object, boolean]>([
    ["has the size that is declared", 1000, {}, true],
    ["has none where none is declared", undefined, {}, false],
    ["has none beside a list of ids, which EC2 refuses", 1000, { Ids: ["a"] }, false],
    ["has one beside another list", 1000, { Filters: ["a"] }, true],
    ["has one beside what is no list", 1000, { Ids: undefined }, true],
  ])("a page %s", async (_, pageSize, input, sized) => {
    const client = new Client();
    await all(paging([], pageSize ? { pageSize } : {}), input, client);
    expect(asked).toStrictEqual([sized ? { client, pageSize } : { client }, input]);
  });
  test("in which one page says that it failed fails, after what came before it", async () => {
    const list = paging([{ things: ["a"], failures: [] }, { failures: ["b"] }, { things: ["c"] }], {
      failures: ({ failures }) => failures,
    });
    const seen: string[] = [];
    const looking = async () => {
      for await (const one of list.ask(new Client(), {}) as AsyncIterable<string>) seen.push(one);
    };
    await expect(looking()).rejects.toThrow(
      'ec2:DescribeThings answered 200 but reports 1 failure: ["b"]',
    );
    expect(seen).toEqual(["a"]);
  });
});

describe("a write", () => {
  const remove = write("ec2:DeleteThing", Client, Command, {
    on: "thing/*",
    irreversible: "its data are gone",
  });
  const make = write("ec2:CreateThing", Client, Command, {
    on: "thing/*",
    already: ["Duplicate"],
    token: { field: "Token" },
    batch: { by: "Ids", max: 9 },
    failures: ({ Failures }) => Failures,
    inverse: [
      remove,
      ({ Ids = [] }, { Made = "" }): OneOrMore<{ Ids: readonly string[] }> =>
        Ids.length > 1 ? Ids.map((id) => ({ Ids: [id] })) : { Ids: [Made] },
    ],
  });
  const turn = write("ec2:TurnThing", Client, Command, { on: ["thing/*"] });

  test("is described by its input, and says what it needs", () => {
    expect(make({ Ids: ["a"] })).toEqual({
      operation: "ec2:CreateThing",
      kind: "write",
      input: { Ids: ["a"] },
    });
    expect({ ...make }).toMatchObject({
      operation: "ec2:CreateThing",
      kind: "write",
      client: Client,
      grants: [{ action: "ec2:CreateThing", on: ["thing/*"] }],
      already: ["Duplicate"],
      token: { field: "Token" },
      batch: { by: "Ids", max: 9 },
      back: "inverse",
      undoneBy: [remove],
    });
    expect("irreversible" in make).toBe(false);
  });
  test("has no token, no batch and nothing that it takes for done where it declares none", () => {
    expect([turn.already, "token" in turn, "batch" in turn]).toEqual([[], false, false]);
  });
  test("is sent once, and a failure inside its answer is one", async () => {
    const client = new Client({ Made: "x" });
    expect(await make.send(client, { Ids: ["a"] })).toEqual({ Made: "x" });
    expect(client.sent).toEqual([{ Ids: ["a"] }]);
    await expect(make.send(new Client({ Failures: ["a"] }), {})).rejects.toThrow(
      "ec2:CreateThing answered 200 but reports 1 failure",
    );
  });
  test("is taken back by its inverse, from input and answer, by one call or several", () => {
    expect(make.invert({ Ids: ["a"] }, { Made: "x" })).toEqual([remove({ Ids: ["x"] })]);
    expect(make.invert({ Ids: ["a", "b"] }, {})).toEqual([
      remove({ Ids: ["a"] }),
      remove({ Ids: ["b"] }),
    ]);
  });
  test("is taken back by nothing of its own where a proposal must say how, or where nothing can", () => {
    expect([turn.back, turn.undoneBy, turn.irreversible, turn.invert({}, {})]).toEqual([
      "given",
      [],
      undefined,
      [],
    ]);
    expect([remove.back, remove.undoneBy, remove.irreversible, remove.invert({}, {})]).toEqual([
      "never",
      [],
      "its data are gone",
      [],
    ]);
  });

  test("that waits is a call like any other: what it calls is granted to what carries it, and it is never sent", async () => {
    const look = read("ec2:DescribeThings", Client, Command);
    const moving = flow({
      id: "move",
      longest: hours(1),
      reads: [look],
      writes: [turn],
      carry: async () => ({}),
      inverse: [turn, () => ({ Ids: ["back"] })],
    });
    expect(moving({ Ids: ["a"] })).toEqual({
      operation: "flow:move",
      kind: "write",
      input: { Ids: ["a"] },
    });
    expect({ ...moving }).toMatchObject({
      operation: "flow:move",
      kind: "write",
      grants: [],
      longest: hours(1),
      reads: [look],
      writes: [turn],
      already: [],
      back: "inverse",
      undoneBy: [turn],
    });
    expect(moving.invert({}, {})).toEqual([turn({ Ids: ["back"] })]);
    await expect(moving.send(new Client(), {})).rejects.toThrow("flow:move is carried, not sent");
  });
});

describe("a list that is asked in pieces", () => {
  interface Asked {
    readonly Ids: readonly string[];
  }
  interface Page {
    readonly Items: readonly string[];
  }
  const timeout = () =>
    Object.assign(new Error("no answer"), { name: "TimeoutError", code: "ETIMEDOUT" });
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `i-${at}`);

  /** Each piece has two pages; `fails` says what comes in place of the second. */
  function service(
    fails: (piece: readonly string[], nth: number) => Error | undefined,
    size: number | "whole" = 8,
  ) {
    const pieces: number[] = [];
    async function* pages(_: object, { Ids }: Asked): AsyncGenerator<Page> {
      pieces.push(Ids.length);
      const half = Math.ceil(Ids.length / 2);
      yield { Items: Ids.slice(0, half) };
      const failure = fails(Ids, pieces.length);
      if (failure) throw failure;
      yield { Items: Ids.slice(half) };
    }
    const list = paged("x:List", Client, pages, {
      items: ({ Items }) => Items,
      cut: { by: "Ids", size: () => size },
    });
    const given = (count: number) =>
      Array.fromAsync(list.ask(new Client(), { Ids: ids(count) }) as AsyncIterable<string>);
    return { pieces, given, list };
  }

  test("is asked in the declared size, and given whole and in order", async () => {
    const { pieces, given } = service(() => undefined);
    expect(await given(20)).toEqual(ids(20));
    expect(pieces).toEqual([8, 8, 4]);
  });
  test("that has nothing in it is asked once: what that means, AWS says", async () => {
    const { pieces, given } = service(() => undefined);
    expect(await given(0)).toEqual([]);
    expect(pieces).toEqual([0]);
  });
  test("a piece that does not answer in time is halved, those after it are no larger, and nothing is given twice", async () => {
    const { pieces, given } = service(({ length }) => (length > 3 ? timeout() : undefined));
    expect(await given(9)).toEqual(ids(9));
    expect(pieces).toEqual([8, 4, 2, 2, 2, 2, 1]);
  });
  test("one that alone does not answer is asked again", async () => {
    const { pieces, given } = service((_, nth) => (nth < 3 ? timeout() : undefined));
    expect(await given(1)).toEqual(ids(1));
    expect(pieces).toEqual([1, 1, 1]);
  });
  test("what belongs together is never asked in parts, only again", async () => {
    const { pieces, given } = service((_, nth) => (nth < 3 ? timeout() : undefined), "whole");
    expect(await given(20)).toEqual(ids(20));
    expect(pieces).toEqual([20, 20, 20]);
    const never = service(() => timeout(), "whole");
    await expect(never.given(20)).rejects.toThrow("no answer");
    expect(never.pieces).toEqual([20, 20, 20]);
  });
  test("one that never answers is an error, and no empty list", async () => {
    const { pieces, given } = service(() => timeout());
    await expect(given(2)).rejects.toThrow("no answer");
    expect(pieces).toEqual([2, 1, 1, 1]);
  });
  test.each(["AccessDenied", "TimeoutError"])(
    "%s without a time limit that was reached is no matter of size",
    async (name) => {
      const { pieces, given } = service(() => named(name));
      await expect(given(4)).rejects.toThrow("refused");
      expect(pieces).toEqual([4]);
    },
  );
  test("leaves what did not answer in time to be asked in smaller pieces, not again as it was", () => {
    expect(service(() => undefined).list.retried).toBe("all but timeouts");
    const whole = paged("x:List", Client, async function* () {}, { items: () => [] });
    expect(whole.retried).toBeUndefined();
  });
});
