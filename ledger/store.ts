/** What the ledger asks of its table: consistent, conditional, versioned. */

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * What is stored. `body` holds the record itself, the other fields are what conditions and TTL
 * need.
 */
export interface Item extends Key {
  readonly type: string;
  readonly body: unknown;
  readonly state?: string | undefined;
  /** Who holds a claim or lock. */
  readonly holder?: string | undefined;
  /**
   * When it may be taken up by another, in milliseconds since 1970. Compared, never left to TTL
   * (rule: reads-lag).
   */
  readonly lease?: number | undefined;
  readonly version?: number | undefined;
  /** When DynamoDB may delete it, in seconds since 1970. */
  readonly ttl?: number | undefined;
}

type Attribute = "pk" | "state" | "holder" | "lease" | "version";
export type Condition =
  | { readonly attr: Attribute; readonly exists: boolean }
  | { readonly attr: Attribute; readonly eq: string | number }
  | { readonly attr: "lease"; readonly lt: number }
  | { readonly or: Condition[] }
  | { readonly and: Condition[] };

export const absent: Condition = { attr: "pk", exists: false };

export type Step =
  | { readonly put: Item; readonly if?: Condition }
  | { readonly remove: Key; readonly if?: Condition };

/** An item that this version cannot read: a newer one wrote it, or something else did. */
export interface UnreadableItem extends Key {
  /** And what to do about it. */
  readonly why: string;
}

/** One of several that were read together: what lies there, or why that cannot be read. */
export type ItemRead = { readonly item: Item | undefined } | { readonly error: unknown };

/** Which items of a partition, and in which order. */
export interface QueryRange {
  /** Sort keys after this one. */
  readonly from?: string;
  /** What sort keys begin with. */
  readonly prefix?: string;
  /** The last first. */
  readonly reverse?: boolean;
  /** Not more than so many items. */
  readonly limit?: number;
  /**
   * What becomes of items that cannot be read. Absent: they are left out and logged, and never in
   * the way of the others. `refuse`: whoever asks must know all. A function is given each.
   */
  readonly unreadable?: "refuse" | ((item: UnreadableItem) => void);
}

export interface Store {
  get(key: Key): Promise<Item | undefined>;
  /** What lies at each key, in the order of the keys, in as few requests as there can be. */
  getAll(keys: readonly Key[]): Promise<readonly ItemRead[]>;
  /** @returns false when the condition does not hold; nothing is written then */
  put(item: Item, condition?: Condition): Promise<boolean>;
  remove(key: Key, condition?: Condition): Promise<boolean>;
  /** Sets when DynamoDB may delete it, and nothing else. */
  expire(key: Key, ttl: number): Promise<void>;
  /** Adds to `version` atomically, making the item where it is missing. @returns the new value */
  add(key: Key, type: string, amount: number): Promise<number>;
  /** One partition, in the order of its sort keys. */
  query(pk: string, options?: QueryRange): AsyncIterable<Item>;
  /**
   * All or nothing. Conflicts with other transactions are tried again with jitter.
   * @returns the indexes of the steps whose conditions do not hold; none: it is done (rule: exactly-one-effect)
   */
  transact(steps: readonly Step[]): Promise<readonly number[]>;
}
