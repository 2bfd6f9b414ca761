/** Certificates that are brought to ACM, and what is shown of any. */
import { ACMClient, GetCertificateCommand, ImportCertificateCommand } from "@aws-sdk/client-acm";
import { read, write } from "../../sdk/call.ts";

/** The certificate itself and its chain, never its key. One that was deleted is absent. */
export const getCertificate = read("acm:GetCertificate", ACMClient, GetCertificateCommand, {
  on: "certificate/*",
  absent: ["ResourceNotFoundException"],
});

/**
 * Its input holds a key: it is for steps of several requests alone. With an ARN it takes the place
 * of what is there, and must name no tags then; type and size of the key must stay.
 * @see https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
 */
export const importCertificate = write(
  "acm:ImportCertificate",
  ACMClient,
  ImportCertificateCommand,
  { on: "certificate/*", irreversible: "ACM gives no key back" },
);
