import {
  ACMClient,
  CertificateKeyPairOrigin,
  DescribeCertificateCommand,
  KeyAlgorithm,
  type ListCertificatesRequest,
  paginateListCertificates,
} from "@aws-sdk/client-acm";
import { paged, read } from "../../sdk/call.ts";

/** A certificate that was deleted is absent. */
export const describeCertificate = read(
  "acm:DescribeCertificate",
  ACMClient,
  DescribeCertificateCommand,
  { on: "certificate/*", absent: ["ResourceNotFoundException"] },
);

export const listCertificates = paged("acm:ListCertificates", ACMClient, paginateListCertificates, {
  items: ({ CertificateSummaryList }) => CertificateSummaryList,
});

/**
 * Certificates of every kind of key and every origin. Unasked, ACM lists those with an RSA key of
 * up to 2048 bits alone, and none that came over ACME.
 */
export const everyCertificate: ListCertificatesRequest = {
  Includes: { keyTypes: Object.values(KeyAlgorithm) },
  CertificateKeyPairOrigins: Object.values(CertificateKeyPairOrigin),
};
