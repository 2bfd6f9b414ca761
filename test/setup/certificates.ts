export {
  certificatesFor as certificates,
  type MadeCertificate as Made,
  type WantedCertificate as Wanted,
} from "../../testing/certificates.ts";
