import type { Message } from "../../sdk/message.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { TestAccount } from "../setup/aws.ts";

/**
 * A small account for one automation: what is wrong, and what must be left alone although it looks
 * alike.
 */
export interface Fixture {
  readonly settings?: Partial<UnitSettings>;
  seed(aws: TestAccount): Promise<void>;
  /**
   * By name, every field that a change of it or an undo could spoil; read without any declared
   * call.
   */
  look(aws: TestAccount): Promise<Readonly<Record<string, unknown>>>;
  /** Names of what is wrong; everything else is a decoy. */
  readonly wrong: readonly string[];
  /** The decoys that it proposes to change, and the guard that holds each. */
  readonly held: Readonly<Record<string, string>>;
  /** An event as AWS sends it, and the wrong things that it points to. */
  readonly event?: {
    readonly of: (aws: TestAccount) => Promise<object>;
    readonly wrong: readonly string[];
  };
}

/** For a report: what it finds, and what it must say of that. */
export interface ReportFixture {
  readonly region?: string;
  seed(aws: TestAccount): Promise<void>;
  readonly told: Partial<Message> & { readonly title: string };
}
