import { describe, expect, test } from "vitest";
import { isOwnDoing } from "./own-doing.ts";

const tag = (Key: string, Value: string) => ({ Key, Value });
const before = { id: "vol-1", spec: { type: "gp2", Tags: [tag("team", "web")] } };
const withTags = (...Tags: object[]) => ({ ...before, spec: { ...before.spec, Tags } });
const tagged = (operation: string, ...Tags: object[]) => ({
  operation,
  input: { Resources: ["vol-1"], Tags },
});
const mark = tagged("ec2:CreateTags", tag("mark", "x"));

describe("what differs", () => {
  test.each([
    ["a tag that it put on", withTags(tag("team", "web"), tag("mark", "x")), [mark]],
    [
      "one whose value it changed",
      withTags(tag("team", "db")),
      [tagged("ec2:CreateTags", tag("team", "db"))],
    ],
    ["one that it took off, by its name", withTags(), [tagged("ec2:DeleteTags", { Key: "team" })]],
    [
      "a field that it set",
      { ...before, spec: { ...before.spec, type: "gp3" } },
      [{ operation: "ec2:ModifyVolume", input: { VolumeId: "vol-1", type: "gp3" } }],
    ],
    ["nothing", before, [mark]],
  ])("%s is its own doing", (_, now, wrote) => {
    expect(isOwnDoing(before, now, wrote)).toBe(true);
  });

  test.each([
    ["a tag of somebody else's", withTags(tag("team", "web"), tag("keep", "me")), [mark]],
    ["its own tag with another's value", withTags(tag("team", "web"), tag("mark", "y")), [mark]],
    ["its own and another's", withTags(tag("mark", "x"), tag("team", "db")), [mark]],
    ["a tag that is gone", withTags(tag("mark", "x")), [mark]],
    ["another id", { ...before, id: "vol-2" }, [mark]],
    ["a field that is gone", { id: "vol-1" }, [mark]],
    ["a tag that it put on, where it has written nothing", withTags(tag("mark", "x")), []],
  ])("%s is not", (_, now, wrote) => {
    expect(isOwnDoing(before, now, wrote)).toBe(false);
  });
});
