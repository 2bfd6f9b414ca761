/** The unit's id as its points and its part of the ledger have it: others go by it, and start no job. */
export const vaultMaker = "vault-backups";
