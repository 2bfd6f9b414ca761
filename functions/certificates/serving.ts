/** Whether a renewed certificate is what is served, at one endpoint. */
import { count } from "../../sdk/counted.ts";
import type { Message } from "../../sdk/message.ts";
import type { Flaw, Probed, TlsEndpoint } from "./probe.ts";

/**
 * - `new`: the new one is served, and nothing is wrong with it there
 * - `failing`: the new one is served, and clients refuse it
 * - `old`: another one is served still
 * - `unknown`: nothing was seen
 */
export interface Serving {
  readonly where: string;
  readonly kind: "new" | "failing" | "old" | "unknown";
  readonly why?: string;
}

/** Those for which clients refuse a certificate; others are the server's, and were there before. */
const refused: ReadonlySet<Flaw> = new Set<Flaw>([
  "expired",
  "not yet valid",
  "wrong name",
  "self-signed",
  "incomplete",
  "untrusted",
  "chain expired",
]);

const placeOf = ({ host, port, name }: TlsEndpoint): string =>
  `${host}:${port}${name === undefined || name === host ? "" : ` for ${name}`}`;

/** @param serial of the new one, as `serialOf` writes it */
export function judgeServing(endpoint: TlsEndpoint, answer: Probed, serial: string): Serving {
  const where = placeOf(endpoint);
  if (answer.kind === "unknown") return { where, kind: "unknown", why: answer.why };
  if (answer.certificate.serial !== serial)
    return { where, kind: "old", why: `serial number ${answer.certificate.serial}` };
  const flaws = answer.flaws.filter((flaw) => refused.has(flaw));
  if (!flaws.length) return { where, kind: "new" };
  return { where, kind: "failing", why: flaws.join(", ") };
}

interface Renewing {
  readonly arn: string;
  readonly names: readonly string[];
  readonly former?: string | undefined;
  readonly hoursToServe: number;
}

const mostNamed = 10;
const listed = (serving: readonly Serving[]): string =>
  serving
    .slice(0, mostNamed)
    .map(({ where, why }) => `${where} (${why})`)
    .join(", ");

/** Why the renewal is taken back, or is to be mended by hand. */
export function failingWords({ former }: Renewing, failing: readonly Serving[]): string {
  const then =
    former === undefined
      ? "Somebody else had imported the one before, so it cannot be put back from here: import it again by hand"
      : "The one before is imported again";
  return `the new certificate is served and clients refuse it: ${listed(failing)}. ${then}`;
}

/** What a person must know of where it is served; nothing where all is well. */
export function servingMessage(
  { arn, names, hoursToServe }: Renewing,
  serving: readonly Serving[],
): Message | undefined {
  const old = serving.filter(({ kind }) => kind === "old");
  const unknown = serving.filter(({ kind }) => kind === "unknown");
  if (!old.length && !unknown.length) return undefined;
  const [name] = names;
  const title = old.length
    ? `The certificate for ${name} was renewed, and ${count(old.length, "endpoint")} of ${serving.length} still served the old one after ${count(hoursToServe, "hour")}`
    : `The certificate for ${name} was renewed; whether it is served is unknown at ${count(unknown.length, "endpoint")} of ${serving.length}`;
  return {
    title,
    severity: "warning",
    facts: {
      ...(old.length && { "Still the old one": listed(old) }),
      ...(unknown.length && { Unknown: listed(unknown) }),
    },
    affected: [arn],
  };
}
