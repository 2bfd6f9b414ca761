/** All that the ledger holds of one unit, for whoever compares it with the account. */
import type { ActionRecord } from "./actions.ts";
import { actionsOf } from "./actions.ts";
import { keys, type Place, type Writer } from "./keys.ts";
import type { RunLine } from "./runs.ts";
import type { Item, Store } from "./store.ts";

export interface KeptLedger {
  readonly writer: Writer;
  readonly action: ActionRecord;
}
export interface LedgerAudit {
  readonly actions: readonly KeptLedger[];
  /** Runs that are listed, or finished, and have no record. */
  readonly lost: readonly { readonly run: string; readonly region: string }[];
  readonly runs: number;
  /** Locks by region. */
  readonly locks: readonly (Item & { readonly region: string })[];
  /** Claims that nobody finished. */
  readonly open: readonly {
    readonly run: string;
    readonly region: string;
    readonly lease: number;
    readonly attempt: number;
  }[];
}

interface ClaimBody {
  readonly run: string;
  readonly attempt: number;
  readonly start: { readonly region: string };
}

const writers: readonly Writer[] = ["unit", "undo"];

/** Runs are found by their lines and claims: one that died has written no line. */
export async function audit(
  store: Store,
  unit: string,
  places: readonly Place[],
): Promise<LedgerAudit> {
  const lines = await Promise.all(
    writers.map(async (writer) =>
      (await Array.fromAsync(store.query(keys.runs(writer, unit)))).map(({ body }) => ({
        writer,
        ...(body as RunLine),
      })),
    ),
  );
  const claims = (await Array.fromAsync(store.query(keys.claims(unit)))).map(
    ({ state, lease = 0, body }) => ({ state, lease, ...(body as ClaimBody) }),
  );
  const locks = (
    await Promise.all(
      places.map(async (place) =>
        (
          await Array.fromAsync(store.query(keys.lock(place, "").pk))
        ).map((item) => ({ ...item, region: place.region })),
      ),
    )
  ).flat();

  const listed = [...lines.flat().map(({ writer, run, region }) => ({ writer, run, region }))];
  const finished = claims
    .filter(({ state, run }) => state === "finished" && !listed.some((one) => one.run === run))
    .map(({ run, start }) => ({ writer: "unit" as const, run, region: start.region }));
  const lost = (
    await Promise.all(
      [...listed, ...finished].map(async ({ writer, run, region }) =>
        (await store.get(keys.run(writer, unit, run))) ? [] : [{ run, region }],
      ),
    )
  ).flat();

  // An undo's actions lie with the run that they take back.
  const runs = new Set(
    [...lines.flat(), ...claims].map(({ run }) =>
      run
        .replace(/\.undo$/, "")
        .split(".")
        .slice(0, 3)
        .join("."),
    ),
  );
  const actions = await Promise.all(
    [...runs].flatMap((run) =>
      writers.map(async (writer) =>
        (await actionsOf(store, writer, unit, run)).map((action) => ({ writer, action })),
      ),
    ),
  );
  return {
    actions: actions.flat(),
    lost,
    runs: lines.flat().filter(({ ends }) => !ends).length,
    locks,
    open: claims
      .filter(({ state }) => state === "open")
      .map(({ run, lease, attempt, start }) => ({ run, lease, attempt, region: start.region })),
  };
}
