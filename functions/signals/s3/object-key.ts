/** Keys of objects in S3's notifications: URL-encoded, spaces as `+`. */

/** As people know it; one that is not well encoded is shown as it came. */
export function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", "%20"));
  } catch {
    return key;
  }
}
