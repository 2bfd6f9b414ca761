import { expect, test } from "vitest";
import type { AcmeSession } from "./acme-session.ts";
import { placedOrder } from "./placed-order.ts";

type Page = readonly [body: unknown, link?: string];

/** A directory that answers these addresses, and counts how often it is asked. */
function directory(pages: Readonly<Record<string, Page>>) {
  const asked: string[] = [];
  const post = async (url: string) => {
    asked.push(url);
    const [body, link] = pages[url] ?? [{}];
    return { body, header: (name: string) => (name === "link" ? link : undefined) };
  };
  return { asked, session: { post } as unknown as AcmeSession };
}

const order = (status: string, ...names: string[]): Page => [
  { status, identifiers: names.map((value) => ({ type: "dns", value })) },
];
const wanted = { account: "/me", names: ["b.example.com", "a.example.com"], profile: undefined };
const me: Page = [{ status: "valid", orders: "/list" }];

test("what is unfinished and of the same names is found, on whatever page", async () => {
  const { session } = directory({
    "/me": me,
    "/list": [{ orders: ["/1", "/2"] }, '</list?2>;rel="next"'],
    "/list?2": [{ orders: ["/3"] }],
    "/1": order("valid", "a.example.com", "b.example.com"),
    "/2": order("pending", "a.example.com"),
    "/3": order("ready", "a.example.com", "b.example.com"),
  });
  expect(await placedOrder(session, wanted)).toEqual({ order: "/3" });
});

test.each<[what: string, pages: Readonly<Record<string, Page>>, expected: string]>([
  ["an account without a list", { "/me": [{ status: "valid" }] }, "no list"],
  ["an empty list", { "/me": me, "/list": [{ orders: [] }] }, "none"],
  [
    "an order of other names, and one that is over",
    {
      "/me": me,
      "/list": [{ orders: ["/1", "/2"] }],
      "/1": order("pending", "c.example.com"),
      "/2": order("invalid", "a.example.com", "b.example.com"),
    },
    "none",
  ],
])("%s", async (_, pages, expected) =>
  expect(await placedOrder(directory(pages).session, wanted)).toBe(expected),
);

test("of a list that does not end nothing is known: the renewal does not wait for it", async () => {
  const orders = Array.from({ length: 1000 }, (_, index) => `/${index}`);
  const { session, asked } = directory({ "/me": me, "/list": [{ orders }] });
  expect(await placedOrder(session, wanted)).toBe("no list");
  expect(asked).toHaveLength(202);
});
