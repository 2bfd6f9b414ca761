/** Amazon SES, from an address that it has verified. */
export interface EmailSetting {
  readonly kind: "email";
  readonly from: string;
  /** Addresses; whoever is called where absent. */
  readonly to?: readonly string[] | undefined;
}
