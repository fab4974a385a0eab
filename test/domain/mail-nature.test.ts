import { describe, expect, test } from 'vitest';
import { mailNature } from '../../src/domain/mail-nature.ts';
import { replyPrefixes } from '../../src/domain/subject-prefixes.ts';
import { mail } from './mail.ts';

const nature = (written: Parameters<typeof mail>[0]) => mailNature(mail(written));

describe('a mail answers another', () => {
  test.each([
    ['that it names', { headers: ['In-Reply-To: <o1@contoso.test>'] }],
    ['to which it refers', { headers: ['References: <o1@contoso.test> <o2@contoso.test>'] }],
    ['by a header that names it badly', { headers: ['in-reply-to: your mail of Monday'] }],
    ['by its subject', { subject: 'Re: Offer' }],
    ['by its subject, behind a tag', { subject: '[EXTERNAL] AW: Offer' }],
    ['by its subject, before a tag', { subject: 'WG: [EXT] Offer' }],
    ['by its subject, counted', { subject: 'Re[2]: Offer' }],
    ['that it forwards', { subject: 'Fwd: Offer' }],
  ])('%s', (_what, written) => {
    expect(nature(written)).toBe('answer');
  });

  test('by every prefix of every language', () => {
    const unknown = replyPrefixes.filter((prefix) => nature({ subject: `${prefix}: Offer` }) !== 'answer');
    expect(unknown).toEqual([]);
  });
});

describe('a mail answers nothing', () => {
  test.each([
    ['that says nothing of it', {}],
    ['whose headers are empty', { headers: ['In-Reply-To: ', 'References:'] }],
    ['that a gateway tagged', { subject: '[EXTERNAL] Offer' }],
    ['that a gateway tagged with a colon', { subject: 'External: Offer' }],
    ['whose subject begins with another word', { subject: 'Error: disk full' }],
    ['whose subject names the prefix later', { subject: 'Question about Re: Offer' }],
    ['that a list passed on', { headers: ['List-Id: <x.lists.example>', 'Precedence: bulk'] }],
    ['without a subject', { subject: '' }],
  ])('%s', (_what, written) => {
    expect(nature(written)).toBe('first');
  });
});

describe('a mail is a notice', () => {
  test.each([
    ['that is a bounce', { from: 'mailer-daemon@acme.example', subject: 'Re: Offer' }],
    ['that is an automatic reply', { headers: ['Auto-Submitted: auto-replied', 'In-Reply-To: <o1@contoso.test>'] }],
    ['that is a report', { report: true }],
    ['that has no return path', { headers: ['Return-Path: <>'] }],
    ['whose subject says that it is automatic', { subject: 'Automatische Antwort: Offer' }],
  ])('%s', (_what, written) => {
    expect(nature(written)).toBe('notice');
  });
});
