/**
 * An order at a directory, step by step. Each looks how far the order has come before it asks for
 * more, so that it can be sent again after whatever has happened.
 */
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import * as z from "zod/mini";
import { describeSecret } from "../../aws/secretsmanager/secret.ts";
import { getSecretValue, putSecretValue } from "../../aws/secretsmanager/value.ts";
import { compareText } from "../../sdk/compare.ts";
import { composedRead, composedWrite, type UsePart } from "../../sdk/composed.ts";
import { type AcmeAccount, ended, readSecret, secretOf, sessionOf } from "./acme-account.ts";
import {
  type AcmeAnswer,
  AcmeRefusal,
  type AcmeSession,
  type ComeAgain,
  comeAgain,
  problemIn,
} from "./acme-session.ts";
import { bundleOf, type KeyVersion, keptKey, labelOfEnd } from "./certificate-key.ts";
import { certificateRequest } from "./certificate-request.ts";
import { issuerNameOf, namesOfLeaf } from "./leaf.ts";
import { intending, intendOrder, noOrder, ordersInDoubt } from "./order-intention.ts";
import { placedOrder } from "./placed-order.ts";
import { serialOf } from "./probe.ts";
import { labelOf } from "./version-label.ts";

const statuses = ["pending", "ready", "processing", "valid", "invalid"] as const;
const orderBody = z.object({
  status: z.enum(statuses),
  expires: z.optional(z.string()),
  authorizations: z.array(z.string()),
  finalize: z.string(),
  certificate: z.optional(z.string()),
  error: z.optional(z.unknown()),
});
const challengeBody = z.object({
  type: z.string(),
  url: z.string(),
  status: z.string(),
  token: z.optional(z.string()),
  error: z.optional(z.unknown()),
});
const authorizationBody = z.object({
  status: z.string(),
  identifier: z.object({ type: z.string(), value: z.string() }),
  wildcard: z.optional(z.boolean()),
  challenges: z.array(challengeBody),
});

/** A directory that does not keep to the protocol is as good as one that is broken. */
function read<T>(schema: z.ZodMiniType<T>, { body }: AcmeAnswer): T {
  const parsed = z.safeParse(schema, body);
  if (parsed.success) return parsed.data;
  throw new AcmeRefusal({ type: "server", detail: "it answered what is not in the protocol" });
}

/** An order, by its address. */
export interface OrderAt {
  readonly account: AcmeAccount;
  readonly order: string;
}

/** What is ordered. */
export interface OrderedNames {
  readonly account: AcmeAccount;
  readonly names: readonly string[];
  /** What it is for. */
  readonly key: KeyVersion;
  readonly profile?: string | undefined;
  /** The certificate that it takes the place of (RFC 9773), where the directory knows of that. */
  readonly replaces?: string | undefined;
}

const ordering = [...readSecret, ...intending] as const;

/** Where a directory has no list of orders, so many are placed that it does not answer. */
const mostInDoubt = 5;

/**
 * What an earlier attempt has placed whose answer was lost; nothing where none is in doubt. Without a
 * list the next is placed all the same, a few times: many directories answer it with the same order.
 */
async function orderInDoubt(
  session: AcmeSession,
  { names, profile }: OrderedNames,
  doubts: number,
): Promise<string | undefined> {
  if (!doubts) return undefined;
  const { account } = session;
  const placed = await placedOrder(session, { account, names, profile });
  if (typeof placed === "object") return placed.order;
  if (placed === "none" || doubts < mostInDoubt) return undefined;
  throw new AcmeRefusal({
    type: "in doubt",
    detail: `${mostInDoubt} orders were placed whose answers were lost, and the directory lists none of them: no more are placed for this key. The next run begins anew`,
  });
}

/** What it says of an order is no answer to whether there is one. */
const isInDoubt = (error: unknown): boolean =>
  !(error instanceof AcmeRefusal) || ["unreachable", "server"].includes(error.problem.type);

/**
 * An order that nobody finishes ends by itself within days. That one is about to be placed is written
 * beside its key first: sent again, the one that there may be is looked up.
 */
export const newOrder = composedWrite("acme:NewOrder", {
  parts: ordering,
  passing: true,
  irreversible: "an order that nobody finishes ends by itself",
  does: (wanted: OrderedNames, use) =>
    ended(async () => {
      const { account, names, profile, replaces, key } = wanted;
      const session = await sessionOf(use, account);
      const offers = await session.offers();
      const doubts = await ordersInDoubt(use, key);
      const placed = await orderInDoubt(session, wanted, doubts);
      if (placed !== undefined) return { order: placed };
      const payload = {
        identifiers: names.map((value) => ({ type: "dns", value })),
        ...(profile !== undefined && { profile }),
        ...(replaces !== undefined && "renewalInfo" in offers && { replaces }),
      };
      const url = await session.url("newOrder");
      await intendOrder(use, key, doubts + 1);
      try {
        const { header } = await orderedOnce(session, url, payload);
        const order = header("location");
        if (order) return { order };
      } catch (error) {
        if (!isInDoubt(error)) await noOrder(use, key, doubts + 1);
        throw error;
      }
      throw new AcmeRefusal({ type: "server", detail: "it named no order" });
    }),
});

/** What was replaced before cannot be replaced again (RFC 9773, section 5): then it is a new order. */
async function orderedOnce(
  session: AcmeSession,
  url: string,
  payload: { readonly replaces?: string },
): Promise<AcmeAnswer> {
  try {
    return await session.post(url, payload);
  } catch (error) {
    if (payload.replaces === undefined || !(error instanceof AcmeRefusal)) throw error;
    const again = ["alreadyReplaced", "malformed", "unauthorized"].includes(error.problem.type);
    if (!again) throw error;
    const { replaces: _, ...rest } = payload;
    return session.post(url, rest);
  }
}

/** What proves one name: a TXT record. */
export interface NameProof {
  /** As the directory wants it proven: without `*.`. */
  readonly name: string;
  readonly wildcard: boolean;
  readonly status: string;
  /** The value of the record; absent where the directory offers no proof by DNS. */
  readonly value: string | undefined;
  /** Why it was not proven. */
  readonly error?: string;
}

export interface OrderRead {
  readonly status: (typeof statuses)[number];
  readonly error: string | undefined;
  readonly proofs: readonly NameProof[];
  /** When the directory wants to be asked again, where it says so. */
  readonly again?: ComeAgain;
}

const inWords = (problem: unknown): string | undefined => {
  const known = problemIn(problem);
  return known && `${known.type}: ${known.detail}`;
};

type Authorization = z.output<typeof authorizationBody>;

const dnsChallenge = ({ challenges }: Authorization) =>
  challenges.find(({ type }) => type === "dns-01");

function proofOf(authorization: Authorization, thumbprint: string): NameProof {
  const { identifier, wildcard = false, status } = authorization;
  const challenge = dnsChallenge(authorization);
  const error = inWords(challenge?.error);
  const value = challenge?.token && digestOf(`${challenge.token}.${thumbprint}`);
  return { name: identifier.value, wildcard, status, value, ...(error && { error }) };
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** RFC 7638: the members in the order of their names. */
function thumbprintOf(key: string): string {
  const { crv, e, kty, n, x, y } = createPublicKey(createPrivateKey(key)).export({ format: "jwk" });
  return digestOf(JSON.stringify(kty === "EC" ? { crv, kty, x, y } : { e, kty, n }));
}

const accountSecret = z.object({ key: z.string() });

/** Its names are proven: nothing more is to be said of each. */
const isDecided = (status: OrderRead["status"]): boolean =>
  status === "ready" || status === "processing" || status === "valid";

const orderSeen = ({ account, order }: OrderAt, use: UsePart<typeof readSecret>) =>
  ended(async (): Promise<OrderRead> => {
    const session = await sessionOf(use, account);
    const found = await secretOf(use, { SecretId: account.secret }, accountSecret);
    const thumbprint = thumbprintOf(found?.key ?? "");
    const answer = await session.post(order, null);
    const { status, error, authorizations } = read(orderBody, answer);
    const again = comeAgain(answer.header("retry-after"));
    const proofs: NameProof[] = [];
    for (const url of isDecided(status) ? [] : authorizations) {
      const authorization = read(authorizationBody, await session.post(url, null));
      proofs.push(proofOf(authorization, thumbprint));
    }
    return { status, error: inWords(error), proofs, ...(again && { again }) };
  });

/** How far it has come. */
export const readOrder = composedRead("acme:ReadOrder", { parts: readSecret, does: orderSeen });

/**
 * What proves its names: by it is decided what is written, so that it is kept like a write. Whoever
 * takes up a renewal that has died goes by the same answer, however far the order has come.
 */
export const takeProofs = composedWrite("acme:TakeProofs", {
  parts: readSecret,
  passing: true,
  irreversible: "it is only read",
  does: orderSeen,
});

/** Lets the directory look at the records. */
export const answerChallenges = composedWrite("acme:AnswerChallenges", {
  parts: readSecret,
  passing: true,
  irreversible: "what was proven stays so for a while",
  does: ({ account, order }: OrderAt, use) =>
    ended(async () => {
      const session = await sessionOf(use, account);
      const { authorizations } = read(orderBody, await session.post(order, null));
      let answered = 0;
      for (const url of authorizations) {
        const authorization = read(authorizationBody, await session.post(url, null));
        const challenge = dnsChallenge(authorization);
        if (authorization.status !== "pending" || challenge?.status !== "pending") continue;
        await session.post(challenge.url, {});
        answered += 1;
      }
      return { answered };
    }),
});

/** What is to be signed, with which key. */
export interface ToSign extends OrderAt {
  readonly names: readonly string[];
  readonly key: KeyVersion;
}

export const finalizeOrder = composedWrite("acme:FinalizeOrder", {
  parts: readSecret,
  passing: true,
  irreversible: "a certificate that was issued is not in use by that",
  does: ({ account, order, names, key }: ToSign, use) =>
    ended(async () => {
      const session = await sessionOf(use, account);
      const { status, error, finalize } = read(orderBody, await session.post(order, null));
      if (status === "invalid")
        throw new AcmeRefusal({
          type: "order invalid",
          detail: inWords(error) ?? "it cannot be finished",
        });
      // It was ready: one of the authority's servers is behind the others.
      if (status === "pending")
        throw new AcmeRefusal({ type: "orderNotReady", detail: "the order is pending again" });
      if (status === "ready") {
        const kept = await keptKey(use, key);
        const csr = certificateRequest(names, kept.key);
        await session.post(finalize, { csr: csr.toString("base64url") });
      }
      return { status };
    }),
});

/** The certificates of a chain, each in PEM by itself. */
const certificatesIn = (chain: string): string[] =>
  chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

const issuers = (chain: string): string[] =>
  certificatesIn(chain).map((pem) => issuerNameOf(new X509Certificate(pem)));

/** `<https://…>;rel="alternate"`, as a list. */
const alternatesIn = (link: string | undefined): string[] =>
  [...(link ?? "").matchAll(/<([^<>]{1,2000})>\s{0,9};\s{0,9}rel="?alternate"?/g)].map(
    ([, url]) => url ?? "",
  );

/** The chain that ends at the wished-for authority, or the directory's own choice. */
async function chosenChain(
  session: AcmeSession,
  url: string,
  wished: string | undefined,
): Promise<string> {
  const { body, header } = await session.post(url, null);
  const own = String(body);
  if (wished === undefined || issuers(own).includes(wished)) return own;
  for (const alternate of alternatesIn(header("link"))) {
    const chain = String((await session.post(alternate, null)).body);
    if (issuers(chain).includes(wished)) return chain;
  }
  return own;
}

export interface ToStore extends ToSign {
  /** The common name of an authority in the chain. */
  readonly preferredChain?: string | undefined;
  readonly token?: string;
}

/** What was issued, in words that are no secret. */
export interface StoredCertificate {
  readonly version: string;
  /** As `serialOf` writes it. */
  readonly serial: string;
  readonly from: Date;
  readonly to: Date;
  readonly issuer: string;
}

const storing = [getSecretValue, putSecretValue, describeSecret] as const;

/** Fetches what was issued, and stores it beside its key as one version of the secret. */
export const storeCertificate = composedWrite("acme:StoreCertificate", {
  parts: storing,
  passing: true,
  token: "token",
  irreversible: "it is stored, and not in use by that",
  does: (toStore: ToStore, use) =>
    ended(async (): Promise<StoredCertificate> => {
      const { account, order, key, names, preferredChain } = toStore;
      const session = await sessionOf(use, account);
      const { status, certificate } = read(orderBody, await session.post(order, null));
      if (!certificate)
        throw new AcmeRefusal({ type: "server", detail: `the order is ${status} without one` });
      const chain = await chosenChain(session, certificate, preferredChain);
      const kept = await keptKey(use, key);
      const leaf = new X509Certificate(chain);
      if (!leaf.checkPrivateKey(createPrivateKey(kept.key)))
        throw new AcmeRefusal({ type: "malformed", detail: "what was issued is for another key" });
      if (namesOfLeaf(leaf).join() !== names.toSorted(compareText).join())
        throw new AcmeRefusal({ type: "malformed", detail: "what was issued is for other names" });
      const serial = serialOf(leaf.serialNumber);
      const { VersionId = "" } = await use(
        putSecretValue({
          SecretId: key.secret,
          SecretString: JSON.stringify(bundleOf(kept.key, certificatesIn(chain))),
          VersionStages: [labelOf(serial), labelOfEnd(leaf.validToDate)],
          ...(toStore.token && { ClientRequestToken: toStore.token }),
        }),
      );
      const { validFromDate: from, validToDate: to } = leaf;
      return { version: VersionId, serial, from, to, issuer: issuerNameOf(leaf) };
    }),
});
