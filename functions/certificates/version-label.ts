/** How a version of a secret is labelled, by itself for whoever only reads labels. */

/** By the certificate's serial number its version is found again, and is not forgotten. */
export const labelOf = (serial: string): string => `serial-${serial}`;
