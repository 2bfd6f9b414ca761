/**
 * Events as AWS publishes them, and what a person would expect to be told of each: written by
 * judgement, one file a source. `node test/published/write.ts` makes docs/reference/signals.md.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";

const expectation = z.strictObject({
  /** The signal that tells it. */
  by: z.string(),
  severity: z.enum(["info", "warning", "critical"]),
  title: z.string(),
  /** What it is about, by name: in the title and among what is affected. */
  subject: z.nullable(z.string()),
  /** The name of it in the title, where that is another. */
  named: z.optional(z.string()),
  /** Rows of one source and one matter have one key, rows of two have two. Absent: it has none. */
  matter: z.optional(z.string()),
  link: z.nullable(z.string()),
  /** It ends its matter. */
  ends: z.optional(z.boolean()),
  /** The row that ends it; absent: nothing that AWS says does. */
  endedBy: z.optional(z.string()),
});

const file = z.strictObject({
  source: z.string(),
  rows: z.array(
    z.strictObject({
      name: z.string(),
      /** Where the event is published. */
      of: z.string(),
      event: z.strictObject({
        "detail-type": z.string(),
        resources: z.array(z.string()),
        detail: z.record(z.string(), z.unknown()),
      }),
      /** `null`: nobody is told. */
      expect: z.nullable(expectation),
    }),
  ),
});

export type Expectation = z.output<typeof expectation>;
export type PublishedRow = z.output<typeof file>["rows"][number] & { readonly source: string };

const folder = join(import.meta.dirname, "events");

/** All of them, by source and in the order of the files. */
export const publishedRows: readonly PublishedRow[] = globSync("*.json", { cwd: folder })
  .toSorted()
  .flatMap((name) => {
    const { source, rows } = file.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
    return rows.map((row) => ({ ...row, source }));
  });

/** As EventBridge delivers it, in one account and region. */
export const delivered = ({ name, source, event }: PublishedRow) => ({
  version: "0",
  id: `${source}/${name}`,
  source,
  account: "123456789012",
  time: "2026-11-20T12:00:00Z",
  region: "us-east-1",
  ...event,
});
