import { expect, test } from 'vitest';
import { ewsRetirement } from '../../src/domain/ews-retirement.ts';

test.each([
  ['outlook.office365.com', '2026-09-01', 'will be switched off'],
  ['Outlook.Office365.com', '2026-11-22', 'is being switched off'],
  ['outlook.office365.us', '2026-11-22', 'for good on 1 April 2027: make this connection type: graph'],
  ['webmail.apps.mil', '2026-11-22', 'is being switched off'],
  ['partner.outlook.cn', '2027-04-01', 'was switched off'],
])('whoever uses EWS at %s is told on %s that it %s', (host, day, words) => {
  expect(ewsRetirement(host, Date.parse(day))).toContain(words);
});

test.each(['mail.contoso.test', 'outlook.office365.com.contoso.test', 'notoutlook.office365.com', 'localhost', ''])(
  'EWS at %j stays',
  (host) => {
    expect(ewsRetirement(host, Date.parse('2027-06-01'))).toBeNull();
  },
);
