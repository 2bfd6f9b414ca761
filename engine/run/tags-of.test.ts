import { expect, test } from "vitest";
import { routedTagsOf } from "./tags-of.ts";

type Tags = Readonly<Record<string, string>> | undefined;
const work = (own: Tags, around?: Tags) => ({
  tags: async () => own,
  withinTags: async () => around,
});

test("all values of the tags that routes go by, of targets and of what contains them, once each", async () => {
  const some = [
    work({ team: "payments", env: "prod" }),
    work({ team: "orders" }),
    work(undefined, { team: "payments", cost: "1" }),
    work({}),
  ];
  expect(await routedTagsOf(some, ["team", "cost", "owner"])).toEqual({
    team: ["payments", "orders"],
    cost: ["1"],
  });
});

test("where no route goes by a tag, none is read", async () => {
  const read = () => Promise.reject(new Error("was read"));
  expect(await routedTagsOf([{ tags: read, withinTags: read }], [])).toEqual({});
  expect(await routedTagsOf([{ tags: read, withinTags: read }])).toEqual({});
});

test("what cannot be read is left out: the change is made, and must be told", async () => {
  const unreadable = {
    tags: () => Promise.reject(new Error("denied")),
    withinTags: async () => ({ team: "orders" }),
  };
  expect(await routedTagsOf([unreadable, work({ team: "payments" })], ["team"])).toEqual({
    team: ["orders", "payments"],
  });
});

test("of very many values a few, each cut", async () => {
  const many = Array.from({ length: 200 }, (_, nth) => work({ team: `${nth}`.padStart(300, "x") }));
  const { team = [] } = await routedTagsOf(many, ["team"]);
  expect([team.length, Math.max(...team.map(({ length }) => length))]).toEqual([20, 256]);
});
