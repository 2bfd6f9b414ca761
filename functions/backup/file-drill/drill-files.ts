/** One drill: each file of a set is read back from its bucket, and must be what was written and of use. */
import { composedWrite } from "../../../sdk/composed.ts";
import { type Carrier, flow } from "../../../sdk/flow.ts";
import { priceUnknown } from "../../../sdk/saving.ts";
import { hours } from "../../../sdk/time.ts";
import { type Drill, type DrillVerdict, drillMessage } from "../drill-told.ts";
import { drillText, fileDriller } from "../drilled.ts";
import type { FileKind } from "../file-backups/config.ts";
import { drillTrend } from "../one-a-night.ts";
import { faultsInWords } from "./faults.ts";
import { type DrilledSet, type PartRead, readPart, readWords, setReads } from "./read-part.ts";
import { sinceThen, thereNow, thereReads, thingsOf } from "./there-now.ts";

/** What is to be read back. */
export interface FileDrill extends Drill, DrilledSet {
  readonly about: FileKind;
  /** Of sets that are there: whose drills are told beside. */
  readonly slots: readonly string[];
}

const reads = [...setReads, ...thereReads] as const;
/** In AWS there is nothing to take back. */
const forgetDrill = composedWrite("files:ForgetDrill", {
  parts: [],
  irreversible: "the next drill finds out anew",
  does: (asked: { readonly setName: string }) => Promise.resolve({ forgotten: asked.setName }),
});

/**
 * All that a drill changes: from now on the ledger says what was found out. Guards are asked before
 * it like before any change, so that what is exempt by then is told nobody as good.
 */
const recordDrill = composedWrite("files:RecordDrill", {
  parts: [],
  does: (asked: { readonly setName: string; readonly result: string }) =>
    Promise.resolve({ recorded: asked.setName }),
  inverse: [forgetDrill, ({ setName }) => ({ setName })],
});
const writes = [recordDrill] as const;
type Aws = Carrier<typeof reads, typeof writes>;

async function setRead(drill: FileDrill, { look }: Aws): Promise<PartRead> {
  let all = await look("the first part of the set", (read) => readPart(read, drill, 0));
  while (all.next !== null) {
    const part = all.next;
    const more = await look(`part ${part + 1} of the set`, (read) => readPart(read, drill, part));
    all = {
      next: more.next,
      files: all.files + more.files,
      bytes: all.bytes + more.bytes,
      things: all.things + more.things,
      faults: all.faults.length ? all.faults : more.faults,
      faulty: all.faulty + more.faulty,
      expected: more.expected,
      requests: all.requests + more.requests,
    };
  }
  return all;
}

/** @returns what is known of a set that was read to its end */
export function filesVerdict(about: FileKind, read: PartRead): DrillVerdict {
  const { faults, faulty, things, expected } = read;
  if (faults.length) {
    const isArchived = faults.every(({ kind }) => kind === "archived");
    const result = isArchived && faults.length === faulty ? "unknown" : "bad";
    return { result, why: faultsInWords(faults, faulty) };
  }
  if (expected !== undefined && things !== expected)
    return {
      result: "bad",
      why: `its manifest says ${thingsOf(about, expected)}, and ${things} are in its files`,
    };
  return {
    result: "good",
    why: `all is as it was written: ${readWords(read)}, with ${thingsOf(about, things)}`,
  };
}

const checked: Readonly<Record<FileKind, string>> = {
  zones:
    "bytes and SHA-256 of each file; that a zone has all its records, its own SOA and NS, and batches that Route 53 takes. None was imported",
  parameters:
    "bytes and SHA-256 of each file; that each parameter has name, type and value. None was put",
  templates:
    "bytes and SHA-256 of each file; that a template has its resources and the stack's parameters (JSON is read whole, of YAML its sections and names). No stack was made",
  code: "bytes and SHA-256 of each file; that a zip has the hash that Lambda said of the function's code. No function was made, and a layer's zip is compared with its manifest alone",
};

export const drillFiles = flow({
  id: "drill-files",
  reads,
  writes,
  longest: hours(12),

  async carry(drill: FileDrill, aws) {
    const { about, setName, Manifest, slots } = drill;
    const all = await setRead(drill, aws);
    const { at, now } = await aws.look("what the account has now", async (read, time) => ({
      at: time,
      now: (await thereNow(read, about)) ?? null,
    }));
    const { result, why } = filesVerdict(about, all);
    const trend = await aws.look("its drills before", (_, __, remembered) =>
      drillTrend(about, slots, { unit: fileDriller, remembered }),
    );
    const took = Math.round((at.getTime() - aws.began.getTime()) / 1000);
    const word = { at, result, seconds: took, checked: "read" };
    await aws.write(recordDrill({ setName, result }));
    await aws.tell(
      drillMessage(drill, word, {
        why,
        cost: `${all.requests} requests to S3 and the key's, ${priceUnknown}`,
        trend,
        checked: checked[about],
        unknown: "could not be read back whole",
        backups: [Manifest],
        words: {
          good: "was read back whole and is good",
          bad: "cannot be read back whole: it is no backup",
          time: "Time to read it back",
        },
        more: { since: sinceThen(about, all.expected ?? 0, now ?? undefined) },
      }),
    );
    return { ...word, why, text: drillText(word), files: all.files, bytes: all.bytes };
  },

  inverse: [forgetDrill, ({ setName }) => ({ setName })],
});
