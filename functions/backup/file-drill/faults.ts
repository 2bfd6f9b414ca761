/** What is wrong with one file, with what to do. */

/** `gone`, `other` and `locked` are no backup; what is `archived` may be one. */
type FaultKind = "gone" | "other" | "locked" | "senseless" | "archived";

export interface FileFault {
  readonly kind: FaultKind;
  /** In the bucket, or in the set. */
  readonly file: string;
  /** In words that follow the file's name. */
  readonly what: string;
}

const remedies: Readonly<Record<FaultKind, string>> = {
  gone: "an older version of it may be brought back (`aws s3api list-object-versions`); `npx nightshift run file-backups` writes the next set whole",
  other:
    "older versions of it may be what was written: find out who writes to the bucket, and let nobody",
  locked:
    "enable the key, or cancel its deletion (`aws kms cancel-key-deletion`); what a key that is gone has encrypted nobody reads again, so let the settings name another for the next set",
  senseless:
    "it is as it was written, so the fault is in what was written: keep an older set, and file this as an issue",
  archived:
    "take the lifecycle rule off these files; restored from its archive (`aws s3api restore-object`) it can be read",
};

/** So many are told by name. */
const mostTold = 10;

/** Each with its file; what to do once for all alike. */
export function faultsInWords(faults: readonly FileFault[], all: number): string {
  const named = faults.slice(0, mostTold).map(({ file, what }) => `${file} ${what}`);
  const more = all > named.length ? [`${all - named.length} more`] : [];
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  return `${[...named, ...more].join("; ")}. To do: ${kinds.map((kind) => remedies[kind]).join("; ")}`;
}
