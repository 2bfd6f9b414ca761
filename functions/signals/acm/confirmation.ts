/**
 * A certificate is well again when it is issued and valid, and no renewal fails or waits for
 * somebody. One that was deleted expires no more.
 */
import { describeCertificate } from "../../../aws/acm/certificate.ts";
import { confirmation } from "../../../sdk/signal.ts";

const unfinished = new Set(["FAILED", "PENDING_VALIDATION"]);

export default confirmation({
  reads: [describeCertificate],
  async over(_: unknown, { read, resources: [CertificateArn], now }) {
    if (!CertificateArn) throw new Error("the event names no certificate");
    const answer = await read(describeCertificate({ CertificateArn }));
    if (!answer) return true;
    const { Status, NotAfter, RenewalSummary } = answer.Certificate ?? {};
    if (Status !== "ISSUED" || !NotAfter || NotAfter <= now) return false;
    return !unfinished.has(RenewalSummary?.RenewalStatus ?? "");
  },
});
