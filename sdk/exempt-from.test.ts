import { describe, expect, test } from "vitest";
import { exemptingRules, exemptsBy, isLike } from "./exempt-from.ts";

describe("a text is like a pattern", () => {
  test.each<[text: string, pattern: string, is: boolean]>([
    ["from=a", "from=a", true],
    ["from=a", "from=*", true],
    ["from=", "from=*", true],
    ["x from=a", "from=*", false],
    ["x from=a", "* from=*", true],
    ["from=a b", "*from=a", false],
    ["from=a from=a", "*from=a", true],
    ["from=a", "*from=*from=*", false],
    ["from=from=", "*from=*from=*", true],
    ["aba", "ab*ba", false],
    ["abba", "ab*ba", true],
    ["", "*", true],
    ["", "", true],
  ])("%o, %o: %s", (text, pattern, is) => expect(isLike(text, pattern)).toBe(is));
});

describe("a tag exempts from a unit", () => {
  const own = ["idle-instances"];
  const rules = exemptingRules({ own, others: ["open-ingress", "log-retention"] });
  test.each<[value: string, exempts: boolean]>([
    ["", true],
    ["until=2027-01-31 owner=ann reason=audit", true],
    ["from=idle-instances", true],
    ["from=open-ingress,idle-instances,log-retention", true],
    ["from=open-ingress,idle-instances", true],
    ["from=open-ingress", false],
    ["until=2027-01-31 from=open-ingress", false],
    ["until=2027-01-31 from=log-retention reason=not idle-instances", false],
    ["from=open-ingress,log-retention owner=ann", false],
    // The list begins with an automation that there is.
    ["from=open-ingress,legacy", false],
    // In doubt.
    ["from=", true],
    ["from=,", true],
    ["from= open-ingress", true],
    ["from=legacy", true],
    ["from=open-ingress-of-before", true],
    ["from=open-ingress from=log-retention", true],
    ["until=2027-01-31\tfrom=open-ingress", true],
    ["reason=far-from=open-ingress", true],
    ["FROM=open-ingress", true],
  ])("%o: %s", (value, exempts) => expect(exemptsBy(value, rules)).toBe(exempts));

  test.each<[value: string, exempts: boolean]>([
    ["", false],
    ["until=2027-01-31 owner=ann reason=audit", false],
    ["from=open-ingress", false],
    ["from=legacy", false],
    ["from=idle-instances", true],
    ["owner=ann from=open-ingress,idle-instances", true],
    ["reason=leave idle-instances alone", false],
  ])("that counts only what names it, by %o: %s", (value, exempts) => {
    const named = exemptingRules({ own, others: ["open-ingress"], byName: true });
    expect(exemptsBy(value, named)).toBe(exempts);
  });

  test("roughly, a name that goes on is the known one's, and nothing else is judged otherwise", () => {
    const others = ["open-ingress", "idle"];
    const [rough, exact] = [true, false].map((roughly) => exemptingRules({ own, others, roughly }));
    const values = [
      ...["from=open-ingress-of-before", "from=legacy", "from=open-ingress", "from=idle-instances"],
      ...["from=idle,idle-instances", "from=idle from=open-ingress", "", "x-from=idle"],
    ];
    const differing = values.filter(
      (value) => exemptsBy(value, rough ?? []) !== exemptsBy(value, exact ?? []),
    );
    expect(differing).toEqual(["from=open-ingress-of-before"]);
    expect(exemptsBy("from=open-ingress-of-before", exact ?? [])).toBe(true);
  });
  test("from an id of before as from that of today", () => {
    const renamed = exemptingRules({ own: ["new", "old"], others: ["open-ingress"] });
    expect(exemptsBy("from=open-ingress,old", renamed)).toBe(true);
  });
  test("whatever it names, where there is nobody else", () => {
    expect(exemptsBy("from=legacy", exemptingRules({ own, others: [] }))).toBe(true);
    expect(exemptsBy("from=legacy", exemptingRules({ own, others: own }))).toBe(true);
  });
  test("not when it names another, where nobody knows which there are", () => {
    const unknown = exemptingRules({ own, others: undefined });
    const values = ["from=legacy", "from=", "x from=,a", "from=idle-instances", "reason=mine"];
    expect(values.map((value) => exemptsBy(value, unknown))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });
});
