import {
  GetServerCertificateCommand,
  IAMClient,
  paginateListServerCertificates,
} from "@aws-sdk/client-iam";
import { paged, read } from "../../sdk/call.ts";

/** Names and ends alone: when one began stands in the certificate itself. */
export const listServerCertificates = paged(
  "iam:ListServerCertificates",
  IAMClient,
  paginateListServerCertificates,
  { items: ({ ServerCertificateMetadataList }) => ServerCertificateMetadataList },
);

/** One that was deleted is absent. */
export const getServerCertificate = read(
  "iam:GetServerCertificate",
  IAMClient,
  GetServerCertificateCommand,
  { on: "arn:{partition}:iam::{account}:server-certificate/*", absent: ["NoSuchEntityException"] },
);
