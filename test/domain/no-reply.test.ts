import { expect, test } from 'vitest';
import { isNoReply } from '../../src/domain/no-reply.ts';

test.each([
  'noreply@shop.example',
  'no-reply@shop.example',
  'no.reply@shop.example',
  'no_reply@shop.example',
  'do-not-reply@shop.example',
  'donotreply@shop.example',
  'billing-noreply@shop.example',
  'noreply+abc123@shop.example',
  'noreply2@shop.example',
  'keine-antwort@laden.example',
  'nicht-antworten@laden.example',
  'ne-pas-repondre@boutique.example',
  'no-responder@tienda.example',
  'non-rispondere@negozio.example',
  'niet-beantwoorden@winkel.example',
  'mailer-daemon@mx.example',
])('nobody reads answers to %s', (address) => {
  expect(isNoReply(address)).toBe(true);
});

test.each([
  'carla@noreply.example',
  'noreplyer@x.example',
  'nora.eply@x.example',
  'replyno@x.example',
  'notary@x.example',
  '',
  '@',
])('somebody may read answers to %j', (address) => {
  expect(isNoReply(address)).toBe(false);
});
