/** Why nothing came to a mailbox whose `import_from` is `now`, and how older mail comes in; `time` as people read it. */
export function onlyMailSince(who: string, time: string): string[] {
  return [
    `${who}: no mail yet: import_from is now, so only mail received from ${time} on is imported`,
    '  → for older mail: integrator run --once --since 30d, or import_from: 30d in the configuration',
  ];
}
