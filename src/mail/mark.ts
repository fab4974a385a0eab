/**
 * The mark of our own outgoing mail, the same over every protocol: a named property, which stays on the draft and on
 * the copy in Sent Items and does not travel, and a header, which does.
 */
export const markSet = '6f1d8a52-3c0e-4b7b-9f43-2e5a71c0d914';
export const markName = 'IntegratorMark';
export const markHeader = 'x-integrator-mark';
