import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkScript, checkScriptFor } from "./check-script.ts";
import { verdictOnScript } from "./check-verdict.ts";

const sum = "a".repeat(64);
const seen = "nightshift volume 0 seen";
const sound = "nightshift fs 0 0 ext4 1 0";
const end = "nightshift end";
const fstab = { path: "/etc/fstab" };

describe("what is made of what the script says", () => {
  test.each<
    [
      what: string,
      lines: string[],
      files: { path: string; sha256?: string }[],
      result: string,
      why: RegExp,
    ]
  >([
    ["a sound file system", [seen, sound, end], [], "good", /^1 file system without errors$/],
    [
      "a sound one beside what holds no files",
      [seen, "nightshift other 0 0 vfat", sound, "nightshift other 0 2 swap", end],
      [],
      "good",
      /^1 file/,
    ],
    ["errors on ext4", [seen, "nightshift fs 0 0 ext4 1 4", end], [], "bad", /e2fsck ended with 4/],
    [
      "errors on xfs",
      [seen, "nightshift fs 0 0 xfs 1 1", end],
      [],
      "bad",
      /xfs_repair ended with 1/,
    ],
    [
      "errors, and it died after that",
      [seen, "nightshift fs 0 0 ext4 1 4"],
      [],
      "bad",
      /ended with 4/,
    ],
    [
      "a check that is not installed",
      [seen, "nightshift fs 0 0 ext4 1 127", end],
      [],
      "unknown",
      /ended with 127/,
    ],
    [
      "a check that was killed",
      [seen, "nightshift fs 0 0 xfs 1 137", end],
      [],
      "unknown",
      /name a larger `check.type`/,
    ],
    [
      "what is not mounted",
      [seen, "nightshift fs 0 0 xfs 0 0", end],
      [],
      "unknown",
      /could not be mounted/,
    ],
    [
      "a volume that did not show",
      ["nightshift volume 0 absent", end],
      [],
      "unknown",
      /did not show/,
    ],
    ["nothing of a volume", [end], [], "unknown", /did not show/],
    ["an empty volume", [seen, end], [], "unknown", /holds what is not read here: nothing/],
    [
      "a volume of a volume group",
      [seen, "nightshift other 0 0 LVM2_member", end],
      [],
      "unknown",
      /LVM2_member/,
    ],
    [
      "a sound one beside an encrypted one",
      [seen, sound, "nightshift other 0 1 crypto_LUKS", end],
      [],
      "unknown",
      /crypto_LUKS/,
    ],
    ["an output that was cut", [seen, sound], [], "unknown", /its output was cut/],
    [
      "a number that is none",
      [seen, "nightshift fs 0 0 ext4 1 x", end],
      [],
      "unknown",
      /ended with NaN/,
    ],
    ["nothing at all", [""], [], "unknown", /not proven/],
    [
      "a file",
      [seen, sound, `nightshift file 0 0 ${sum}`, end],
      [fstab],
      "good",
      /1 file read; SHA-256 of \/etc\/fstab aaaaaaaaaaaaaaaa…$/,
    ],
    [
      "a file as it must be, of several of its name",
      [seen, sound, `nightshift file 0 0 ${"b".repeat(64)}`, `nightshift file 0 0 ${sum}`, end],
      [{ ...fstab, sha256: sum }],
      "good",
      /1 file read$/,
    ],
    [
      "another checksum",
      [seen, sound, `nightshift file 0 0 ${"b".repeat(64)}`, end],
      [{ ...fstab, sha256: sum }],
      "bad",
      /another SHA-256/,
    ],
    ["a file that is gone", [seen, sound, end], [fstab], "bad", /\/etc\/fstab is not there/],
    [
      "a file that cannot be read",
      [seen, sound, "nightshift file 0 0 unreadable", end],
      [fstab],
      "bad",
      /cannot be read to its end/,
    ],
    [
      "a link that leads out",
      [seen, sound, "nightshift file 0 0 outside", end],
      [fstab],
      "unknown",
      /leads out/,
    ],
    [
      "a checksum that is none",
      [seen, sound, "nightshift file 0 0 good", end],
      [fstab],
      "unknown",
      /is no file/,
    ],
  ])("%s", (_, lines, files, result, why) => {
    const verdict = verdictOnScript({ snapshots: ["snap-1"], files }, lines.join("\n"));
    expect(verdict).toEqual({ result, why: expect.stringMatching(why) });
    if (result === "unknown") expect(verdict.why).toMatch(/^not proven, because /);
  });
  test("one bad volume among sound ones", () => {
    const lines = [seen, sound, "nightshift volume 1 seen", "nightshift fs 1 0 xfs 1 1", end];
    const verdict = verdictOnScript(
      { snapshots: ["snap-1", "snap-2"], files: [] },
      lines.join("\n"),
    );
    expect(verdict.result).toBe("bad");
    expect(verdict.why).toContain("the volume of snap-2");
  });
});

/** What stands in the script's way, with tools that only say what they were asked. */
function run(lines: readonly string[], tools: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "nightshift-check-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, code] of Object.entries(tools)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${code}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const script = lines.join("\n").replaceAll('[ ! -b "$2" ]', "false");
  const out = execFileSync("/bin/sh", ["-c", script], { env, encoding: "utf8", stdio: "pipe" });
  return out.trim().split("\n");
}

const tools = {
  lsblk: "echo /dev/x; echo /dev/x1; echo /dev/x2",
  blkid: `case "$*" in *PTTYPE*/dev/x) echo gpt ;; *TYPE*/dev/x1) echo ext4 ;; *TYPE*/dev/x2) echo 'odd; rm $(x)' ;; esac`,
  // Mounted is what lies there: files are found at once.
  mount: 'for at; do :; done; mkdir -p "$at/etc"; echo hi > "$at/etc/q\'uo te"',
  umount: 'rm -rf "$1"/*',
  e2fsck: "exit 0",
};

describe("the script", () => {
  test("names volumes as they are attached", () =>
    expect(checkScriptFor(["vol-0abc"], []).at(-2)).toBe(
      "volume 0 '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0abc'",
    ));
  test("looks at each file system, and says nothing in anybody else's words", () => {
    const files = [{ path: "/etc/q'uo te" }, { path: "/gone" }, { path: "/$(touch /tmp/x)" }];
    const said = run(checkScript(["/dev/x"], files), tools);
    expect(said).toEqual([
      "nightshift volume 0 seen",
      "nightshift fs 0 0 ext4 1 0",
      expect.stringMatching(/^nightshift file 0 0 [0-9a-f]{64}$/),
      "nightshift other 0 1 oddrmx",
      "nightshift end",
    ]);
  });
  test("says what the check ended with", () =>
    expect(run(checkScript(["/dev/x"], []), { ...tools, e2fsck: "exit 4" })).toContain(
      "nightshift fs 0 0 ext4 1 4",
    ));
  test("checks what cannot be mounted all the same, and reads no file of it", () =>
    expect(
      run(checkScript(["/dev/x"], [{ path: "/a" }]), { ...tools, mount: "exit 32" }),
    ).toContain("nightshift fs 0 0 ext4 0 0"));
  test("ends with a code where it cannot let go", () =>
    expect(() => run(checkScript(["/dev/x"], []), { ...tools, umount: "exit 1" })).toThrow());
});
