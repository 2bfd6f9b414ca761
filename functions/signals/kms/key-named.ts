/** Which key an event is about: calls and KMS's own events name it in different fields. */

interface Named {
  readonly keyId?: string | undefined;
}

export interface KeyEvent {
  readonly "key-id"?: string | undefined;
  readonly requestParameters?: Named | undefined;
  readonly responseElements?: Named | undefined;
}

/** @returns its id or ARN */
export const keyNamed = (event: KeyEvent, resources: readonly string[]): string | undefined =>
  event["key-id"] ??
  event.requestParameters?.keyId ??
  event.responseElements?.keyId ??
  resources[0];
