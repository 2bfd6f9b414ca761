import {
  ACMClient,
  CertificateKeyPairOrigin,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  KeyAlgorithm,
  type ListCertificatesRequest,
  ListTagsForCertificateCommand,
  paginateListCertificates,
} from "@aws-sdk/client-acm";
import { paged, read, write } from "../../sdk/call.ts";

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

export const listTagsForCertificate = read(
  "acm:ListTagsForCertificate",
  ACMClient,
  ListTagsForCertificateCommand,
  { on: "certificate/*", absent: ["ResourceNotFoundException"] },
);

/** ACM itself refuses to delete one that a service uses. */
export const deleteCertificate = write(
  "acm:DeleteCertificate",
  ACMClient,
  DeleteCertificateCommand,
  {
    on: "certificate/*",
    already: ["ResourceNotFoundException"],
    irreversible:
      "a deleted certificate is gone: the next one has another ARN, and ACM gives nobody the private key of one that was imported",
  },
);
