/**
 * Set in a function's bundle: what a function reads was held to all checks when it was bundled, and
 * those that stand behind this are not carried there.
 */
declare global {
  var nightshiftBundled: true | undefined;
}

export {};
