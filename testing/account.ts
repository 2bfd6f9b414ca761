/** An account of the embedded AWS that no other test shares. */
import type { ClientClass } from "../sdk/call.ts";
import type { Credentials } from "./environment.ts";

export interface TestAccount {
  readonly endpoint: string;
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  /**
   * The embedded AWS knows the account by them, whoever uses them: SDK clients, handlers, child
   * processes.
   */
  readonly credentials: Required<Credentials>;
  /** An SDK client in this account. */
  client<C extends ClientClass>(
    Client: C,
    config?: {
      readonly region?: string;
      readonly endpoint?: string;
      readonly maxAttempts?: number;
    },
  ): InstanceType<C>;
  /**
   * Puts endpoint, region and credentials into this process's environment, where deployed code
   * takes them from.
   */
  use(): void;
}
