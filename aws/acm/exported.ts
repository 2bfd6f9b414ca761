/** Certificates that leave ACM with their keys. */
import { ACMClient, ExportCertificateCommand } from "@aws-sdk/client-acm";
import { write } from "../../sdk/call.ts";

/**
 * IAM calls it a read; here it is power, that nobody has who only watches. Its answer holds a key,
 * encrypted by the passphrase that is sent: it is for steps of several requests alone
 * (`sdk/composed.ts`).
 */
export const exportCertificate = write(
  "acm:ExportCertificate",
  ACMClient,
  ExportCertificateCommand,
  {
    on: "certificate/*",
    repeatable: true,
    irreversible: "a key that has left ACM cannot be taken back from whoever has it",
  },
);
