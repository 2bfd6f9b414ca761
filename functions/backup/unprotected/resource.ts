/** What may need a backup, and the newest one that would bring it back. */

export const resourceKinds = [
  "instance",
  "volume",
  "database",
  "cluster",
  "table",
  "efs",
  "fsx",
  "bucket",
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

export type TagList = readonly {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}[];

/** One that would bring back what was written by then. */
export interface Backup {
  /** What was written by then is in it. */
  readonly at: Date;
  /** Who made it, for people: `volume-backups`, `the AWS Backup vault main`. */
  readonly by: string;
}

/** One that would not, newer than those that would. */
export interface Useless {
  readonly at: Date;
  readonly why: string;
}

export interface KeptBackups {
  readonly newest: Backup | undefined;
  readonly useless: Useless | undefined;
  /** As the drill wrote it, of the newest that was drilled. */
  readonly drilled: string | undefined;
}

export interface Resource extends KeptBackups {
  readonly kind: ResourceKind;
  readonly arn: string;
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly region: string;
  /** Nothing where AWS does not say, or says what later changes move. */
  readonly created: Date | undefined;
  readonly tags: TagList;
  /** Why nobody can ask for a backup of it now: `it is being created`. */
  readonly passing: string | undefined;
  /** Why it may need none: something else makes it anew, or holds the same. */
  readonly apart: string | undefined;
  /** Where a newer backup may lie that could not be read. */
  readonly unread: readonly string[];
  /** What of it has no backup, where others of it have. */
  readonly part: string | undefined;
  /** What else there is to it that is no backup, or why none can be made; for people. */
  readonly besides?: string;
}

interface Mutable {
  /** Of backups that say by their names that they are ours. */
  slots?: string[];
  newest?: Backup;
  useless?: Useless;
  drilled?: { at: Date; words: string };
}

const isNewer = (at: Date, than: { readonly at: Date } | undefined): boolean =>
  !than || at > than.at;

/**
 * The newest backup of each resource, by its ARN: of what a large account keeps, all else is
 * forgotten as it is read.
 */
export class Shelf {
  readonly #kept = new Map<string, Mutable>();

  #of(arn: string): Mutable {
    const known = this.#kept.get(arn) ?? {};
    this.#kept.set(arn, known);
    return known;
  }

  put(arn: string, backup: Backup): void {
    const kept = this.#of(arn);
    if (isNewer(backup.at, kept.newest)) kept.newest = backup;
  }

  reject(arn: string, useless: Useless): void {
    const kept = this.#of(arn);
    if (isNewer(useless.at, kept.useless)) kept.useless = useless;
  }

  /** @param slot that the name of one of its backups says */
  named(arn: string, slot: string): void {
    const kept = this.#of(arn);
    kept.slots = [...(kept.slots ?? []), slot];
  }

  slotsOf(arn: string): readonly string[] {
    return this.#kept.get(arn)?.slots ?? [];
  }

  drilled(arn: string, at: Date, words: string): void {
    const kept = this.#of(arn);
    if (isNewer(at, kept.drilled)) kept.drilled = { at, words };
  }

  /** @param since what was kept of something else of the same name does not count */
  of(arn: string, since?: Date): KeptBackups {
    const { newest, useless, drilled } = this.#kept.get(arn) ?? {};
    const isOlder = newest && since && newest.at < since;
    const good = isOlder ? undefined : newest;
    return {
      newest: good,
      useless: useless && isNewer(useless.at, good) ? useless : undefined,
      drilled: drilled?.words,
    };
  }
}
