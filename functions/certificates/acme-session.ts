/**
 * Asks an ACME directory (RFC 8555). acme-client makes and signs the requests, with the nonces that
 * they take; what is answered is read here, because the kind of a problem and the time to come again
 * decide what is done. Nothing waits here: whoever carries the flow does.
 */
import { Client } from "acme-client";
import { isFields } from "../../sdk/fields.ts";
import { type AcmeExchange, acmeExchange } from "./acme-exchange.ts";

/** A certificate authority that speaks ACME. */
export interface Directory {
  readonly url: string;
  /** PEM: authorities of one's own, trusted beside the public ones for its requests. */
  readonly authorities: readonly string[];
}

/** What the directory itself says of a refusal (RFC 8555, section 6.7). */
export interface AcmeProblem {
  /** Without `urn:ietf:params:acme:error:`; `unreachable` or `server` where there was no answer. */
  readonly type: string;
  readonly detail: string;
}

/** When to come again: so long from now, or not before then. */
export type ComeAgain = { readonly seconds: number } | { readonly at: Date };

/** The directory did not do it. */
export class AcmeRefusal extends Error {
  override readonly name = "AcmeRefusal";
  readonly problem: AcmeProblem;
  /** Where it says so. */
  readonly again: ComeAgain | undefined;
  constructor(problem: AcmeProblem, again?: ComeAgain) {
    super(`${problem.type}: ${problem.detail}`);
    this.problem = problem;
    this.again = again;
  }
}

export interface AcmeAnswer {
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
}

/** The part of acme-client that its types leave out: one request, with its answer as it came. */
interface SignedHttp {
  request(url: string, method: string, options?: { readonly data?: object }): Promise<AcmeExchange>;
  signedRequest(
    url: string,
    payload: object | null,
    options: { readonly kid?: string | null; readonly includeExternalAccountBinding?: boolean },
  ): Promise<AcmeExchange>;
  getDirectory(): Promise<Readonly<Record<string, unknown>>>;
  createSignedBody(url: string, payload: object): object;
  getJwk(): object;
}

/** Binds a new account to one that the authority knows already (RFC 8555, section 7.3.4). */
export interface ExternalAccount {
  readonly kid: string;
  readonly hmacKey: string;
}

export interface AcmeSigner {
  /** PEM. */
  readonly key: string;
  /** The account's URL. */
  readonly account?: string | undefined;
  readonly external?: ExternalAccount | undefined;
}

const prefix = "urn:ietf:params:acme:error:";

const textOf = (value: unknown, most = 500): string =>
  String(value)
    .replace(/[^\x20-\x7e]+/g, " ")
    .slice(0, most);

/** Details of an order's problem lie in what it says of each name. */
function detailOf(problem: Readonly<Record<string, unknown>>): string {
  const parts = Array.isArray(problem.subproblems) ? problem.subproblems.filter(isFields) : [];
  const own = textOf(problem.detail ?? "no reason was given");
  const named = parts.map(({ identifier, detail }) =>
    textOf(`${isFields(identifier) ? identifier.value : "a name"}: ${detail}`, 200),
  );
  return [own, ...named.slice(0, 5)].join("; ");
}

/** A problem document; nothing where it is none. */
export function problemIn(body: unknown): AcmeProblem | undefined {
  if (!isFields(body) || typeof body.type !== "string") return undefined;
  const type = body.type.startsWith(prefix) ? body.type.slice(prefix.length) : "server";
  return { type: textOf(type, 60), detail: detailOf(body) };
}

/** `Retry-After` is a count of seconds or a date (RFC 9110, section 10.2.3). */
export function comeAgain(written: string | undefined): ComeAgain | undefined {
  if (written === undefined) return undefined;
  if (/^\d+$/.test(written)) return { seconds: Number(written) };
  const at = new Date(written);
  return Number.isNaN(at.getTime()) ? undefined : { at };
}

const headerOf =
  ({ headers }: AcmeExchange) =>
  (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === "string" ? value : undefined;
  };

function answerOf(raw: AcmeExchange): AcmeAnswer {
  const header = headerOf(raw);
  if (raw.status < 400) return { body: raw.data, header };
  const known = problemIn(raw.data);
  const again = comeAgain(header("retry-after"));
  if (raw.status === 429 && known === undefined)
    throw new AcmeRefusal({ type: "rateLimited", detail: "it answered 429" }, again);
  if (raw.status >= 500 || known === undefined)
    throw new AcmeRefusal(
      { type: "server", detail: known?.detail ?? `it answered ${raw.status}` },
      again,
    );
  throw new AcmeRefusal(known, again);
}

/** What a broken connection, or the library, says in an error. */
function unreachable(error: unknown): AcmeRefusal {
  if (error instanceof AcmeRefusal) return error;
  const { code } = error as { readonly code?: unknown };
  const text = error instanceof Error ? error.message : "no reason was given";
  return new AcmeRefusal({ type: "unreachable", detail: textOf(code ?? text, 200) });
}

const httpOf = (directory: Directory, { key, external }: AcmeSigner): SignedHttp => {
  const client = new Client({
    directoryUrl: directory.url,
    accountKey: key,
    ...(external && { externalAccountBinding: external }),
  });
  return (client as unknown as { readonly http: SignedHttp }).http;
};

/** Requests to one directory, signed by one account. */
export class AcmeSession {
  readonly #http: SignedHttp;
  readonly #signer: AcmeSigner;

  constructor(directory: Directory, signer: AcmeSigner) {
    this.#http = httpOf(directory, signer);
    this.#signer = signer;
    // The library would wait and ask again by itself, without the flow's knowing.
    this.#http.request = acmeExchange(directory.authorities);
  }

  /** Its URL; empty where it has none yet. */
  get account(): string {
    return this.#signer.account ?? "";
  }

  async #answered(ask: () => Promise<AcmeExchange>): Promise<AcmeAnswer> {
    try {
      return answerOf(await ask());
    } catch (error) {
      throw unreachable(error);
    }
  }

  /** What the directory offers, by name. */
  async offers(): Promise<Readonly<Record<string, unknown>>> {
    try {
      return await this.#http.getDirectory();
    } catch (error) {
      throw unreachable(error);
    }
  }

  async url(resource: string): Promise<string> {
    const url = (await this.offers())[resource];
    if (typeof url === "string") return url;
    throw new AcmeRefusal({ type: "server", detail: `the directory offers no ${resource}` });
  }

  /** Without a signature: what anybody may ask. */
  look(url: string): Promise<AcmeAnswer> {
    return this.#answered(() => this.#http.request(url, "get"));
  }

  /** @param payload `null`: it is only read (RFC 8555, section 6.3) */
  post(url: string, payload: object | null): Promise<AcmeAnswer> {
    const kid = this.#signer.account ?? null;
    return this.#answered(() => this.#http.signedRequest(url, payload, { kid }));
  }

  async #accountBy(payload: object): Promise<string> {
    const url = await this.url("newAccount");
    const { header } = await this.#answered(() =>
      this.#http.signedRequest(url, payload, { includeExternalAccountBinding: true }),
    );
    const account = header("location");
    if (account) return account;
    throw new AcmeRefusal({ type: "server", detail: "it named no address for the account" });
  }

  /** Makes the account, or finds the one that has this key. */
  register(contact: readonly string[]): Promise<string> {
    const to = contact.map((address) => `mailto:${address}`);
    return this.#accountBy({ termsOfServiceAgreed: true, contact: to });
  }

  /** The account that has this key (RFC 8555, section 7.3.1); nothing where there is none. */
  async registered(): Promise<string | undefined> {
    try {
      return await this.#accountBy({ onlyReturnExisting: true });
    } catch (error) {
      if (error instanceof AcmeRefusal && error.problem.type === "accountDoesNotExist")
        return undefined;
      throw error;
    }
  }

  /**
   * Gives the account another key (RFC 8555, section 7.3.5): signed by both.
   * @param next PEM
   */
  async changeKey(directory: Directory, next: string): Promise<void> {
    const url = await this.url("keyChange");
    const { account } = this.#signer;
    const inner = httpOf(directory, { key: next }).createSignedBody(url, {
      account,
      oldKey: this.#http.getJwk(),
    });
    await this.post(url, inner);
  }
}
