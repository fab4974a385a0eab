import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { replyPrefixes } from '../../src/domain/subject-prefixes.ts';
import { subjectKeys } from '../../src/domain/subject.ts';

/** Every spelling in a row is the same subject once prefixes are dropped. */
const sameBase: readonly [base: string, ...subjects: string[]][] = [
  ['quarterly review', 'Quarterly Review', 'RE: Quarterly review', 'Re: quarterly REVIEW', 're:quarterly review'],
  [
    'quarterly review',
    'FW: Quarterly review',
    'Fwd: Quarterly review',
    'FWD:Quarterly review',
    'fw : Quarterly review',
  ],
  ['quarterly review', 'Re: Re: Re: Quarterly review', 'RE: FW: Re: Quarterly review', 'Re:Fwd:AW: Quarterly review'],
  ['quarterly review', 'Re[2]: Quarterly review', 'RE[12]: Quarterly review', 'Re(3): Quarterly review'],
  [
    'quarterly review',
    'Re^2: Quarterly review',
    'Re*2: Quarterly review',
    'Re [2]: Quarterly review',
    'Fwd[3]: Quarterly review',
  ],
  ['quarterly review', 'Re：Quarterly review', 'ＲＥ： Quarterly review', 'Re： Re: Quarterly review'],
  [
    'angebot 2026',
    'AW: Angebot 2026',
    'Aw: Angebot 2026',
    'WG: Angebot 2026',
    'AW: WG: Angebot 2026',
    'Antwort: Angebot 2026',
  ],
  ['angebot 2026', 'Weitergeleitet: Angebot 2026', 'Weiterleitung: Angebot 2026', 'AW[3]: Angebot 2026'],
  ['devis', 'RE : Devis', 'TR : Devis', 'TR: Devis', 'Réf. : Devis', 'Réf: Devis', 'Rép : Devis', 'RE : TR : Devis'],
  ['devis', 'RE\u00a0: Devis', 'TR\u202f: Devis', 'Re\u2009:\u00a0Devis'],
  ['oferta', 'RV: Oferta', 'RE: RV: Oferta', 'Resp: Oferta', 'Reenv: Oferta', 'Reenviado: Oferta'],
  ['proposta', 'RES: Proposta', 'ENC: Proposta', 'Enc: RES: Proposta', 'Redir.: Proposta'],
  [
    'preventivo',
    'R: Preventivo',
    'I: Preventivo',
    'R: I: R: Preventivo',
    'RIF: Preventivo',
    'Rif: Preventivo',
    'Inoltra: Preventivo',
  ],
  ['offerte', 'Antw: Offerte', 'Antw.: Offerte', 'Doorst: Offerte', 'Antwoord: Offerte', 'Doorgestuurd: Offerte'],
  [
    'offert',
    'SV: Offert',
    'VB: Offert',
    'Sv: Vb: Offert',
    'Ang: Offert',
    'Vidarebefordrat: Offert',
    'Vidarebefordrar: Offert',
  ],
  ['tilbud', 'SV: Tilbud', 'VS: Tilbud', 'Vedr.: Tilbud', 'Videresend: Tilbud', 'Videresendt: Tilbud'],
  ['tarjous', 'VS: Tarjous', 'VL: Tarjous', 'Vast: Tarjous', 'Välitetty: Tarjous'],
  ['tilboð', 'SV: Tilboð', 'FS: Tilboð'],
  ['oferta handlowa', 'Odp: Oferta handlowa', 'PD: Oferta handlowa', 'ODP: PD: Oferta handlowa'],
  ['nabídka', 'Odp: Nabídka', 'Předáno: Nabídka'],
  ['ponuda', 'Odg: Ponuda', 'Prosl: Ponuda', 'Posr: Ponuda', 'Одг: Ponuda'],
  [
    'ajánlat',
    'Vá: Ajánlat',
    'VÁ: Ajánlat',
    'Va\u0301: Ajánlat',
    'Továbbítás: Ajánlat',
    'Tov: Ajánlat',
    'Válasz: Ajánlat',
  ],
  ['pasiūlymas', 'Ats: Pasiūlymas', 'Atsak.: Pasiūlymas'],
  ['piedāvājums', 'Atb: Piedāvājums', 'Pārs: Piedāvājums'],
  ['pakkumine', 'Vs: Pakkumine', 'Edasi: Pakkumine'],
  ['ofertë', 'Për: Ofertë'],
  [
    'teklif',
    'YNT: Teklif',
    'Ynt: Teklif',
    'İLT: Teklif',
    'ilt: Teklif',
    'i̇lt: Teklif',
    'Yan: Teklif',
    'YNT: İLT: TEKLİF',
  ],
  ['προσφορα', 'ΑΠ: Προσφορα', 'Απ: Προσφορα', 'ΣΧΕΤ: Προσφορα', 'ΠΡΘ: Προσφορα', 'Πρθ: ΠΡΟΣΦΟΡΑ'],
  [
    'предложение',
    'Отв: Предложение',
    'Ответ: Предложение',
    'HA: Предложение'.replace('HA', 'НА'),
    'Пересл: ПРЕДЛОЖЕНИЕ',
  ],
  ['пропозиція', 'Відп: Пропозиція', 'Відповідь: Пропозиція', 'Переслано: Пропозиція'],
  ['оферта', 'Отг: Оферта', 'Отн: Оферта', 'Препр: Оферта'],
  ['הצעת מחיר', 'השב: הצעת מחיר', 'הועבר: הצעת מחיר', '\u200fהשב:\u200f הצעת מחיר', 'תגובה: הצעת מחיר'],
  ['عرض سعر', 'رد: عرض سعر', 'إعادة توجيه: عرض سعر', '\u202bرد: عرض سعر\u202c', 'رد: رد: عرض سعر'],
  ['پیشنهاد', 'پاسخ: پیشنهاد', 'هدایت: پیشنهاد'],
  ['报价单', '回复：报价单', '回复: 报价单', '答复：报价单', '转发：报价单', '回复：转发：报价单', 'Re：回复：报价单'],
  ['報價單', '回覆：報價單', '回覆: 報價單', '轉寄: 報價單', '轉寄：回覆：報價單', '答覆：報價單'],
  ['見積書', '返信: 見積書', '転送：見積書', 'Re: 返信: 見積書'],
  ['견적서', '답장: 견적서', '전달: 견적서', '회신: 견적서', 'RE: 답장: 견적서'],
  ['báo giá', 'TL: Báo giá', 'Trả lời: Báo giá', 'Chuyển tiếp: Báo giá'],
  ['penawaran', 'Bls: Penawaran', 'BLS: Penawaran', 'Balas: Penawaran', 'Trs: Penawaran', 'TRS: BLS: Penawaran'],
  ['ใบเสนอราคา', 'ตอบ: ใบเสนอราคา', 'ตอบกลับ: ใบเสนอราคา', 'ส่งต่อ: ใบเสนอราคา'],
  ['dyfynbris', 'Atb: Dyfynbris', 'Yml: Dyfynbris'],
  [
    'invoice 17',
    '[EXTERNAL] Invoice 17',
    '[External] Invoice 17',
    '[EXT] Invoice 17',
    '(External) Invoice 17',
    '{EXTERNAL} Invoice 17',
  ],
  [
    'invoice 17',
    'EXTERNAL: Invoice 17',
    'External : Invoice 17',
    'EXT: Invoice 17',
    'CAUTION: Invoice 17',
    '<External> Invoice 17',
  ],
  [
    'invoice 17',
    '*EXTERNAL* Invoice 17',
    '**EXTERNAL** Invoice 17',
    '***External*** Invoice 17',
    '* EXTERNAL * Invoice 17',
  ],
  [
    'invoice 17',
    '[EXTERNAL EMAIL] Invoice 17',
    '[External Sender] Invoice 17',
    '[EXTERNAL]: Invoice 17',
    '[EXTERNAL]:Invoice 17',
    '[EXT] Re: Invoice 17',
  ],
  [
    'invoice 17',
    '[EXTERN] Invoice 17',
    '[EXTERNE] Invoice 17',
    '[Ekstern] Invoice 17',
    '[ESTERNO] Invoice 17',
    '[EXTERNO] Invoice 17',
  ],
  [
    'invoice 17',
    '[外部] Invoice 17',
    '【外部】Invoice 17',
    '【社外】Invoice 17',
    '[외부] Invoice 17',
    '[Внешнее] Invoice 17',
    '[ULKOINEN] Invoice 17',
  ],
  [
    'invoice 17',
    'Re: [EXTERNAL] Re: Invoice 17',
    '[EXTERNAL] RE: [EXT] Invoice 17',
    'AW: [EXTERN] Re: Invoice 17',
    '[EXT][EXTERNAL]Invoice 17',
  ],
  ['invoice 17', '[CAUTION: EXTERNAL] Invoice 17', '[Warning: External] Invoice 17', '［ＥＸＴＥＲＮＡＬ］ Invoice 17'],
  [
    'two words',
    'two  words',
    ' two words ',
    'two\twords',
    'two\u00a0words',
    'two\r\n words',
    'Two\u3000Words',
    'two\u0000words',
    'two \u0007 words',
  ],
  ['office', 'ofﬁce', 'o\u00adffice', 'of\u200bfice', '\ufeffOffice', 'ＯＦＦＩＣＥ'],
  ['café', 'cafe\u0301', 'CAFÉ', 'CAFE\u0301'],
  ['ihale', 'İhale', 'İHALE', 'ihale'],
  ['λογοσ', 'ΛΟΓΟΣ', 'λογος', 'Λογος'],
];

/** Nothing is taken off these, but case and blanks are folded. */
const untouched: readonly string[] = [
  'OT: lunch',
  'Error: disk full',
  'FF: screening',
  'Invoice: 4711',
  'PS: one more thing',
  'FYI: new prices',
  'Ref: 4711',
  'A: first choice',
  'B: second choice',
  'Q: how much?',
  'X: y',
  'E: mail',
  'N: 3',
  'Reply: no',
  'Answer: yes',
  'Note: closed',
  'Res. 14: hotel',
  'Reg: meeting',
  'Project: alpha',
  'ACME: offer',
  'SOS: server down',
  'UK: prices',
  'EU: rules',
  'IT: outage',
  'Re Quarterly review',
  'Re- Quarterly review',
  'Review: contract',
  'Reminder: payment',
  'Fwdx: test',
  'Rex: the dog',
  'Rev: 3',
  '[PATCH] fix it',
  '[PATCH v2 1/3] fix it',
  '[sales-list] hello',
  '[acme.example] offer',
  '[#4711] broken',
  '[SPAM] offer',
  '[Externals] offer',
  '[EXT-17] offer',
  '(Externally) hosted',
  '*important* offer',
  '**urgent** offer',
  '[] offer',
  '() offer',
  '[EXTERNAL offer',
  'EXTERNAL offer',
  'EXTERNAL - offer',
  'external review: part 2',
  'Caution wet floor',
  '*EXTERNAL offer',
  'offer re: prices',
  'offer [EXTERNAL]',
  'offer (ext)',
  'one: re: two',
  '12: angry men',
  '2: two',
  'Re[a]: list',
  'Re(): list',
  'R2: droid',
  'TR 4: folder',
  'I, robot',
  'R & D',
  ': colon first',
  '- dash first',
  '.: dots',
  'http://acme.example/re:view',
  'a:b',
  'r2d2: parts',
  '回 复: x',
  'Antwerp: visit',
  'Wgs: 84',
  'AWS: bill',
  'SVG: logo',
  'VSE: shares',
  'Enclosure: photo',
];

/** Nothing is left of these: they match nothing. */
const empty: readonly string[] = [
  '',
  ' ',
  '\r\n ',
  '\u00a0',
  '\u200b\u200e',
  '\ufeff',
  'Re:',
  'RE: ',
  'Fwd:Re:',
  'Re: Re: Re:',
  '[EXTERNAL]',
  '[EXT] Re: ',
  'AW：',
  'CAUTION:',
];

describe('subjects without prefixes', () => {
  for (const [base, ...subjects] of sameBase) {
    it.each(subjects)(`%j is about "${base}"`, (subject) => {
      expect(subjectKeys(subject).base).toBe(base);
    });
  }

  it.each(untouched)('%j keeps its beginning', (subject) => {
    expect(subjectKeys(subject).base).toBe(subject.toLowerCase());
  });

  it.each(empty)('nothing is left of %j', (subject) => {
    expect(subjectKeys(subject).base).toBe('');
  });

  it.each(replyPrefixes)('%s: is dropped in any case, with or without blanks, also repeated', (prefix) => {
    for (const written of [prefix, prefix.toUpperCase(), prefix.toLowerCase()]) {
      expect(subjectKeys(`${written}: Offer`).base).toBe('offer');
      expect(subjectKeys(`${written} :Offer`).base).toBe('offer');
      expect(subjectKeys(`${written}[2]: ${written}： Offer`).base).toBe('offer');
    }
  });

  it('the tables are large enough to mean something', () => {
    expect(sameBase.flat().length + untouched.length + empty.length).toBeGreaterThan(250);
    expect(new Set(replyPrefixes).size).toBeGreaterThan(90);
  });
});

describe('exact subjects', () => {
  test.each([
    ['Re: Offer', 're: offer'],
    ['RE:  OFFER ', 're: offer'],
    ['[EXTERNAL] Offer', '[external] offer'],
    ['Ｏｆｆｅｒ', 'offer'],
    ['Re:', 're:'],
    ['', ''],
  ])('%j is %j', (subject, exact) => {
    expect(subjectKeys(subject).exact).toBe(exact);
  });

  it('keep an answer apart from what it answers', () => {
    expect(subjectKeys('Re: Offer').exact).not.toBe(subjectKeys('Offer').exact);
  });
});

describe('any subject', () => {
  const prefix = fc.constantFrom('Re: ', 'AW:', 'Fwd : ', '回复：', '[EXT] ', 'R: ', 'Re[2]: ', '*EXTERNAL* ');
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

  it('has keys that are their own keys', () => {
    fc.assert(
      fc.property(fc.array(prefix), text, (prefixes, rest) => {
        const { exact, base } = subjectKeys(prefixes.join('') + rest);
        expect(subjectKeys(exact)).toEqual({ exact, base });
        expect(subjectKeys(base)).toEqual({ exact: base, base });
      }),
      { numRuns: 3000 },
    );
  });

  it('has the same base however often it was answered', () => {
    fc.assert(
      fc.property(fc.array(prefix, { minLength: 1 }), text, (prefixes, rest) => {
        expect(subjectKeys(prefixes.join('') + rest).base).toBe(subjectKeys(rest).base);
      }),
      { numRuns: 2000 },
    );
  });

  it('keys every single character to something stable', () => {
    for (let code = 0; code <= 0x1ffff; code += 1) {
      const { exact } = subjectKeys(`x${String.fromCodePoint(code)}y`);
      if (subjectKeys(exact).exact !== exact) expect.fail(`U+${code.toString(16)} is not stable`);
    }
  });

  it('has keys that a database stores as they are: short, well-formed, without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000, size: 'max' }), (subject) => {
        for (const key of Object.values(subjectKeys(subject))) {
          expect(key.length).toBeLessThanOrEqual(500);
          expect(/\p{Cs}|\p{Cc}/u.test(key)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of more than 500 characters differs when its length differs', () => {
    expect(subjectKeys('x'.repeat(1000)).base).not.toBe(subjectKeys('x'.repeat(1001)).base);
    expect(subjectKeys(`Re: ${'x'.repeat(1000)}`).base).toBe(subjectKeys('x'.repeat(1000)).base);
  });

  const megabyte = 1_000_000;
  test.each([
    ['prefixes', 'Re: '.repeat(megabyte / 4)],
    ['prefixes and blanks', `Re:${' '.repeat(megabyte)}x`],
    ['tags', '[EXT]'.repeat(megabyte / 5)],
    ['open brackets', '['.repeat(megabyte)],
    ['stars', '*'.repeat(megabyte)],
    ['colons', ':'.repeat(megabyte)],
    ['blanks', ' '.repeat(megabyte)],
    ['combining marks', `i${'\u0307'.repeat(megabyte)}`],
    ['mixed marks', '\u0323\u0307'.repeat(megabyte / 2)],
    ['expanding ligatures', '\ufdfa'.repeat(megabyte / 10)],
    ['lone surrogates', '\ud800'.repeat(megabyte)],
    ['digits', `Re[${'1'.repeat(megabyte)}]: x`],
  ])('made of a megabyte of %s is keyed without harm', (_name, subject) => {
    const { exact, base } = subjectKeys(subject);
    expect(exact.length).toBeLessThanOrEqual(500);
    expect(base.length).toBeLessThanOrEqual(500);
  });
});
