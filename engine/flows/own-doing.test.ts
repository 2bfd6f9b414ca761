import { describe, expect, test } from "vitest";
import { isOwnDoing, isOwnState } from "./own-doing.ts";

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

describe("the state of a target", () => {
  const state = { size: 8, tags: { team: "web" } };
  const put = tagged("ec2:CreateTags", tag("done", "yes"));
  const off = tagged("ec2:DeleteTags", { Key: "team" });
  const resized = { operation: "ec2:ModifyVolume", input: { VolumeId: "vol-1", size: 9 } };

  test.each([
    ["by a tag that it put on", { size: 8, tags: { team: "web", done: "yes" } }, [put]],
    ["by one that it took off", { size: 8, tags: {} }, [off]],
    ["by a field that it set", { size: 9, tags: { team: "web" } }, [resized]],
  ])("that is another %s is its own doing", (_, now, wrote) => {
    expect(isOwnState(state, now, wrote)).toBe(true);
  });

  test.each([
    ["that is the same", state, [put]],
    [
      "with a tag of somebody else's beside its own",
      { size: 8, tags: { team: "web", done: "yes", keep: "me" } },
      [put],
    ],
    ["with another value of its tag", { size: 8, tags: { team: "web", done: "no" } }, [put]],
    ["with another size", { size: 9, tags: { team: "web", done: "yes" } }, [put]],
    ["that it has not written", { size: 8, tags: {} }, []],
    ["that is gone", undefined, [put]],
  ])("%s is not", (_, now, wrote) => {
    expect(isOwnState(state, now, wrote)).toBe(false);
  });
});
