/** ACM and IAM's server certificates: what an account keeps, which nobody changes. */
import { TransactionRefused } from "./table.ts";

/** Valid from 2020 to 2199; its key is nowhere. */
export const shopCertificate = `-----BEGIN CERTIFICATE-----
MIIBVjCB/aADAgECAgQLrcDeMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEHNob3Au
ZXhhbXBsZS5jb20wIBcNMjAwMTAxMDAwMDAwWhgPMjE5OTAxMDEwMDAwMDBaMBsx
GTAXBgNVBAMMEHNob3AuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAR1C8si5ZseZ4yPuV7umpNHEAuGhV9dmguhce2dV8XlRdlhoksknu+Jw61O
37sofMoykzOgJdIx8KRh+bF5D/m/oy0wKzAMBgNVHRMBAf8EAjAAMBsGA1UdEQQU
MBKCEHNob3AuZXhhbXBsZS5jb20wCgYIKoZIzj0EAwIDSAAwRQIgZRPnfU6cM+z7
MXiQgP//+WVYN7oF6rqAo8bmBMXTBrICIQC4zHLHhA9CTCGd3aswmpqNlWEWIKI+
70WgWb7y39Tpkg==
-----END CERTIFICATE-----`;

const arn = "arn:aws:acm:eu-west-1:123456789012:certificate/c1";
const names = ["www.example.com", "example.com"];
/** In seconds since 1970. */
const [begun, ends] = [1_577_836_800, 7_226_582_400];

export function acmAnswer(operation: string): object {
  if (operation === "ListCertificates")
    return { CertificateSummaryList: [{ CertificateArn: arn, DomainName: names[0] }] };
  if (operation !== "DescribeCertificate")
    throw new TransactionRefused("UnknownOperationException", operation);
  return {
    Certificate: {
      ...{ CertificateArn: arn, DomainName: names[0], SubjectAlternativeNames: names },
      ...{ Status: "ISSUED", Type: "AMAZON_ISSUED", Serial: "0a:bc", InUseBy: ["arn:lb"] },
      ...{ NotBefore: begun, NotAfter: ends, RenewalEligibility: "ELIGIBLE" },
    },
  };
}

const metadata =
  "<Path>/</Path><ServerCertificateName>shop</ServerCertificateName><ServerCertificateId>s1</ServerCertificateId><Arn>arn:aws:iam::123456789012:server-certificate/shop</Arn>";

/** The inside of the answer. */
export function serverCertificatesAnswer(operation: string): string {
  if (operation === "ListServerCertificates")
    return `<ServerCertificateMetadataList><member>${metadata}</member></ServerCertificateMetadataList><IsTruncated>false</IsTruncated>`;
  if (operation !== "GetServerCertificate")
    throw new TransactionRefused("InvalidAction", operation);
  return `<ServerCertificate><ServerCertificateMetadata>${metadata}</ServerCertificateMetadata><CertificateBody>${shopCertificate}</CertificateBody></ServerCertificate>`;
}
