/** What a certificate says of itself, as renewals compare it. */
import type { X509Certificate } from "node:crypto";
import { compareText } from "../../sdk/compare.ts";

/** In ASCII and small letters, in order. */
export const namesOfLeaf = ({ subjectAltName = "" }: X509Certificate): string[] =>
  subjectAltName
    .split(", ")
    .filter((part) => part.startsWith("DNS:"))
    .map((part) => part.slice("DNS:".length).toLowerCase())
    .toSorted(compareText);

/** Of who issued it. */
export const issuerNameOf = ({ issuer }: X509Certificate): string =>
  /^CN=(.*)$/m.exec(issuer)?.[1] ?? "unknown";
