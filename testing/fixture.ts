/** What a unit's folder says in `fixture.ts`: the small account that it is tested in. */
import type { Store } from "../ledger/store.ts";
import type { Message } from "../sdk/message.ts";
import type { Span } from "../sdk/time.ts";
import type { UnitSettings } from "../settings/settings.ts";
import type { TestAccount } from "./account.ts";
import type { AutomationInMemory, ReportInMemory } from "./memory/fixture.ts";

/**
 * What a unit's role is granted although the fixture shows no use of it. One that covers nothing
 * fails the tests.
 */
export interface Unused {
  /** Of the unit's roles: its own, that of what carries its flows, or the one that takes back. */
  readonly role: "unit" | "flow" | "undo";
  /** IAM's name of it: `logs:ListTagsForResource`. */
  readonly action: string;
  /** Why it stays granted, in a sentence. */
  readonly why: string;
}

/**
 * A small account for one automation: what is wrong, and what must be left alone although it looks
 * alike.
 */
export interface AutomationFixture {
  readonly settings?: Partial<UnitSettings>;
  /**
   * Makes the account, in the region of `aws`, with the SDK's own clients.
   * @param ledger for what other units did, where the automation `remembers`; it lies in another region than `aws` where that is not the home region
   */
  seed(aws: TestAccount, ledger: Store): Promise<void>;
  /** Where the automation `counts`: how long ago a first look at everything was made. */
  readonly counted?: Span;
  /**
   * By name, every field that a change of it or an undo could spoil; read without any declared
   * call.
   * @param ledger the contract gives it, for what leaves no trace but there
   */
  look(aws: TestAccount, ledger?: Store): Promise<Readonly<Record<string, unknown>>>;
  /** Names of what is wrong; everything else is a decoy. */
  readonly wrong: readonly string[];
  /** The decoys that it proposes to change, and the guard that holds each. */
  readonly held: Readonly<Record<string, string>>;
  /** An event as AWS sends it, and the wrong things that it points to. */
  readonly event?: {
    readonly of: (aws: TestAccount) => Promise<object>;
    readonly wrong: readonly string[];
  };
  readonly memory?: AutomationInMemory;
  readonly unused?: readonly Unused[];
}

/** For a report: what it finds, and what it must say of that. */
export interface ReportFixture {
  readonly settings?: Partial<UnitSettings>;
  /** Where its service is, if only there. */
  readonly region?: string;
  /** @param ledger for what other units did; absent where nothing but AWS is looked at */
  seed(aws: TestAccount, ledger?: Store): Promise<void>;
  readonly memory?: ReportInMemory;
  readonly unused?: readonly Unused[];
  /** One read that is denied is told with all else, and fails nothing. */
  readonly tellsUnread?: true;
  /** It looks from home into all regions: its role's grants are tried in each. */
  readonly looksEverywhere?: true;
  /** The title may be the beginning or any part of what is told. */
  readonly told: Partial<Message> & { readonly title: string };
}
