/** Written by machines in the common languages of business, with or without hyphens, points and underscores. */
const noReply =
  /(?:^|[-_.+])(?:(?:no|not|donot|do[-_.]not|dont|never)[-_.]?(?:reply|replies|respond|response|answer)|(?:keine|nicht)[-_.]?antwort(?:en)?|ne[-_.]?pas[-_.]?repondre|no[-_.]?(?:responder|contestar|responda)|nao[-_.]?responda|non[-_.]?rispondere|(?:niet|geen)[-_.]?(?:beantwoorden|antwoord|antwoorden)|svara[-_.]?inte|mailer[-_.]?daemon|unattended)(?:$|[-_.+\d])/u;

/** Whether answers to this address reach nobody. It is lower-case. */
export function isNoReply(address: string): boolean {
  return noReply.test(address.slice(0, Math.max(0, address.lastIndexOf('@'))));
}
