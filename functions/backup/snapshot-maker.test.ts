import { expect, test } from "vitest";
import { tagOf } from "./backup-set.ts";
import { snapshotMaker } from "./snapshot-maker.ts";

const of = (unit: string, Description = "") =>
  snapshotMaker({ Tags: [{ Key: tagOf.unit, Value: unit }], Description });
const byCreateImage = "Created by CreateImage(i-0123456789) for ami-0123456789";

test("a snapshot of an image that image-backups made is named after it, and counts as ours", () =>
  expect(of("image-backups", byCreateImage)).toEqual({ by: "ours", name: "image-backups" }));

test.each([
  ["volume-backups", "ours"],
  ["copy-backups", "ours"],
  ["image-backup", "nobody"],
  ["", "nobody"],
] as const)("what says %j of itself is of %s", (unit, by) => expect(of(unit).by).toBe(by));

test("of an image by hand it is an image's, whatever its words say of ours", () =>
  expect(snapshotMaker({ Description: `${byCreateImage} image-backups` }).by).toBe("image"));
