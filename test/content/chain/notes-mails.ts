/** Headers that Lotus Notes writes above the mail it quotes: [what, the header]. */
export const notesMails: readonly (readonly [what: string, head: string])[] = [
  ['recipients only', 'To: Bob Baker/HOU/ACME@ACME\ncc:  \nSubject: Re: Bolts  '],
  ['recipients only, a copy', 'To: Bob Baker/ACME@ACME\ncc: Carl Cook/ACME@ACME, dora@contoso.test\nSubject: Bolts'],
  ['recipients only, the old label', 'To: bob@acme.example\ncc:\nSubject: Bolts'],
  ['recipients only, German', 'An: Bob Baker/BER/ACME@ACME\nKopie: \nThema: Schrauben'],
  ['recipients only, French', 'Pour : Bob Baker/PAR/ACME@ACME\ncc : \nObjet : Vis'],
  [
    'a letterhead',
    '   \n\tAcme North Corp.\n\t\n\tFrom:  Nina Mendez                           02/02/2026 10:05 AM\n\t\n\nTo: Bob Baker/HOU/ACME@ACME\ncc:  \nSubject: Bolts',
  ],
  [
    'a letterhead without a company',
    '   \n\t\n\t\n\tFrom:  Nina Mendez                           02/02/2026 10:05 AM\n\t\n\nTo: Bob Baker/HOU/ACME@ACME\ncc:  \nSubject: Bolts',
  ],
  [
    'a letterhead whose date is wrapped',
    '   \n\tAcme Trade Corp.\n\t\n\tFrom:  Nina Mendez <nina@acme.example>                           \n02/02/2026 10:05 AM\n\t\n\nTo: Bob Baker/HOU/ACME@ACME\ncc:  \nSubject: Bolts',
  ],
  [
    'author and time',
    '\tNina Mendez\n\t02/02/2026 10:05 AM\n\t\t\n\t\t To: Bob Baker/HOU/ACME@ACME\n\t\t cc: \n\t\t Subject: Bolts',
  ],
  [
    'author, sender and time',
    'Nina Mendez/SALES/ACME\nSent by: Carl Cook\n02.02.2026 10:05\n\nAn\tBob Baker/ACME\nKopie\t\nThema\tSchrauben'.replaceAll(
      /^(An|Kopie|Thema)\t/gmu,
      '$1:\t',
    ),
  ],
  [
    'a forward',
    '---------------------- Forwarded by Bob Baker/HOU/ACME on 02/02/2026 10:10 \nAM ---------------------------\n   \n\tAcme North Corp.\n\t\n\tFrom:  Nina Mendez                           02/02/2026 10:05 AM\n\t\n\nTo: Bob Baker/HOU/ACME@ACME\ncc:  \nSubject: Bolts',
  ],
];
