import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { read } from "../../sdk/call.ts";

/** A certificate that was deleted is absent. */
export const describeCertificate = read(
  "acm:DescribeCertificate",
  ACMClient,
  DescribeCertificateCommand,
  { on: "certificate/*", absent: ["ResourceNotFoundException"] },
);
