/** Mail that answers nothing and looks as if it held an email chain: [what it is, its text]. */
export const firstTexts: readonly (readonly [what: string, text: string])[] = [
  [
    'a contact form of WordPress',
    'New message from your site\n\nFrom: Carl Cook <carl@acme.example>\nSubject: Forty bolts\n\nMessage Body:\nCan you deliver forty bolts?\n\n-- \nThis e-mail was sent from a contact form on Bolts (https://bolts.example)\n',
  ],
  [
    'a contact form with a date',
    'New message from your site\n\nFrom: Carl Cook <carl@acme.example>\nDate: 2 February 2026 10:05\nTo: sales@contoso.test\nSubject: Forty bolts\n\nCan you deliver forty bolts?\n',
  ],
  [
    'a contact form below a rule',
    'New message from your site\n________________________________\nFrom: Carl Cook <carl@acme.example>\nSent: Monday, 2 February 2026 10:05\nTo: sales@contoso.test\nSubject: Forty bolts\n\nCan you deliver forty bolts?\n',
  ],
  ['a French form', 'Nouveau message\n\nDe : Luc Noir <luc@acme.example>\nObjet : Devis\n\nRappelez-moi, merci.\n'],
  ['a German form', 'Neue Anfrage\n\nVon: Karl Koch <karl@acme.example>\nBetreff: Angebot\nNachricht: 40 Schrauben\n'],
  [
    'a Spanish form',
    'Nuevo mensaje\n\nDe: Luis Sol <luis@acme.example>\nAsunto: Presupuesto\n\nNecesitamos tornillos.\n',
  ],
  [
    'a Russian form',
    'Новая заявка\n\nОт: Иван <ivan@acme.example>\nДата: 2 февраля 2026 г. 10:05\nТема: Болты\n\nНужны болты.\n',
  ],
  ['a Chinese form', '网站留言\n\n发件人: 王伟 <wang@acme.example>\n时间: 2026-02-02 10:05\n主题: 询价\n\n请报价。\n'],
  [
    'a Japanese form',
    'お問い合わせ\n\n差出人: 山田 <yamada@acme.example>\n日時: 2026年2月2日 10:05\n件名: 見積\n\nお願いします。\n',
  ],
  [
    'a form that quotes',
    'You have a message on Bolts:\n\nOn Mon, 2 Feb 2026 at 10:05, Carl Cook <carl@acme.example> wrote:\n\n> Can you deliver\n> forty bolts\n> by May?\n\nLog in to answer.\n',
  ],
  ['a notice of a message', 'You have a message:\n\nCarl Cook <carl@acme.example> wrote:\n\nForty bolts, please.\n'],
  ['a notice without an address', 'Somebody commented on your offer:\n\nCarl Cook wrote:\n\nIt is too dear.\n'],
  [
    'a bounce of Postfix',
    'This is the mail system at host mx.contoso.test.\n\n<carl@acme.example>: host mx.acme.example[192.0.2.1] said:\n    550 5.1.1 No such user (in reply to RCPT TO command)\n\nReporting-MTA: dns; mx.contoso.test\n',
  ],
  [
    'a bounce of sendmail',
    'The original message was received at Mon, 2 Feb 2026 10:05:00 +0100\nfrom host.contoso.test [192.0.2.2]\n\n   ----- The following addresses had permanent fatal errors -----\n<carl@acme.example>\n\n   ----- Transcript of session follows -----\n<<< 550 5.1.1 No such user\n',
  ],
  [
    'a voice mail',
    'You received a voice mail\n\nFrom: +49 30 901820\nReceived: 02.02.2026 10:05\nTo: Ann Archer\nSubject: Voice mail (23 seconds)\n\nTranscript: call me back\n',
  ],
  [
    'a voice mail with the labels of mail',
    'Voice mail\n\nFrom: +49 30 901820\nSent: Monday, 2 February 2026 10:05\nTo: Ann Archer\nDuration: 23 seconds\n\nCall me back.\n',
  ],
  [
    'a fax cover',
    'FAX\n\nFrom: Acme Ltd, Carl Cook\nTo: Contoso, Ann Archer\nDate: 02.02.2026 10:05\nSubject: Order 4711\nPages: 3\n\nPlease deliver.\n',
  ],
  [
    'a German fax cover',
    'Acme AG\n\nVon: Karl Koch\nAn: Contoso, Ann Archer\nDatum: 02.02.2026\nBetreff: Bestellung\n\nBitte liefern.\n',
  ],
  [
    'a booking',
    'Your booking is confirmed.\n\nFrom: Berlin (BER)\nTo: Paris (CDG)\nDate: Thu, 5 February 2026 10:05\nSeat: 12A\n\nHave a good flight.\n',
  ],
  [
    'a booking below a rule',
    'Your booking:\n\n----------------\nFrom: Berlin\nDate: 5 February 2026 10:05\nTo: Paris\n----------------\n\nBon voyage.\n',
  ],
  ['a memorandum', 'Hello,\n\nTo: All staff\ncc: Board\nSubject: Opening hours\n\nWe open at nine.\n'],
  [
    'a line to sign on',
    'Hi Ann,\n\nplease write your name above the dotted line and send the contract back.\n\nThe second page needs a stamp too.\n\nCarl\n',
  ],
  [
    'a telephone line',
    'Hallo,\n\nbitte antworten Sie über die Linie 3 unserer Hotline.\n\nWichtig: die Lieferung muss bis Freitag da sein.\n',
  ],
  [
    'headings in dashes',
    'Bitte senden Sie an:\n\n---- E-Mail ----\nkarl@acme.example\n---- Post ----\nHauptstraße 1\n',
  ],
  [
    'an agenda in dashes',
    'Agenda\n\n--- Offer ---\n\n20 EUR each.\n\n----- Message -----\n\nCall me about the bolts.\n',
  ],
  [
    'a heading that a client has too',
    'Agenda\n\n----- Original Message -----\n\nWe discuss the message of the campaign.\n',
  ],
  ['a list in quote marks', 'We need:\n\n> 40 bolts\n> 20 nuts\n> 3 keys\n> 1 saw\n'],
  ['a table of bars', 'We need:\n\n| 40 bolts\n| 20 nuts\n| 3 keys\n| 1 saw\n'],
  ['somebody cited', 'As Goethe wrote:\n\n> Whatever you can do\n> or dream you can\n> begin it.\n\nCarl\n'],
];

export const firstHtml: readonly (readonly [what: string, html: string])[] = [
  [
    'a form as a table',
    '<p>New lead</p><table><tr><td>From:</td><td>Carl Cook</td></tr><tr><td>Email:</td><td>carl@acme.example</td></tr><tr><td>Date:</td><td>02.02.2026 10:05</td></tr><tr><td>Subject:</td><td>Bolts</td></tr><tr><td>Message:</td><td>Forty, please</td></tr></table>',
  ],
  [
    'a form in a box with a rule',
    '<p>New lead</p><div style="border-top:1px solid #ccc;padding:8px"><b>From:</b> Carl Cook &lt;carl@acme.example&gt;<br><b>Date:</b> 2 February 2026 10:05<br><b>To:</b> sales@contoso.test<br><b>Subject:</b> Bolts</div><p>Forty, please</p>',
  ],
  [
    'a booking below a rule',
    '<p>Your booking is confirmed.</p><hr><p><b>From:</b> Berlin<br><b>To:</b> Paris<br><b>Date:</b> 5 February 2026</p><p>Have a good trip.</p>',
  ],
  ['what is indented', '<p>We need:</p><blockquote><p>40 bolts</p><p>20 nuts</p><p>3 keys</p></blockquote>'],
  [
    "what Gmail's button quotes",
    '<div>Our terms:</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>Thirty days</div><div>Two per cent</div><div>No returns</div></blockquote><div>Carl</div>',
  ],
  [
    "what Apple Mail's menu quotes",
    '<div>Our terms:</div><blockquote type="cite"><div>Thirty days</div><div>Two per cent</div><div>No returns</div></blockquote>',
  ],
  [
    'a notice that cites',
    '<p>You have a message:</p><p>Carl Cook wrote:</p><blockquote><p>Forty bolts, please.</p></blockquote><p>Log in to answer.</p>',
  ],
];

/** What mail clients alone write above the mail they quote: [client, the mail, its new part]. */
export const clientMade: readonly (readonly [client: string, kind: 'text' | 'html', content: string])[] = [
  [
    'Outlook 2010, text',
    'text',
    'See below.\n\n-----Original Message-----\nFrom: Ann Archer <ann@contoso.test>\nSent: Monday, February 2, 2026 10:05 AM\nTo: Bob Baker\nSubject: Bolts\n\nOld words\n',
  ],
  [
    'Outlook 2010, German text',
    'text',
    'See below.\n\n-----Ursprüngliche Nachricht-----\nVon: Ann Archer [mailto:ann@contoso.test]\nGesendet: Montag, 2. Februar 2026 10:05\nAn: Bob Baker\nBetreff: Bolzen\n\nOld words\n',
  ],
  [
    'Gmail, forwarded text',
    'text',
    'See below.\n\n---------- Forwarded message ---------\nFrom: Ann Archer <ann@contoso.test>\nDate: Mon, 2 Feb 2026 at 10:05\nSubject: Bolts\nTo: Bob <bob@acme.example>\n\n\nOld words\n',
  ],
  [
    'Thunderbird, forwarded text',
    'text',
    'See below.\n\n-------- Forwarded Message --------\nSubject: Bolts\nDate: Mon, 2 Feb 2026 10:05:00 +0100\nFrom: Ann Archer <ann@contoso.test>\nTo: Bob <bob@acme.example>\n\nOld words\n',
  ],
  [
    'Apple Mail, forwarded text',
    'text',
    'See below.\n\nBegin forwarded message:\n\n> From: Ann Archer <ann@contoso.test>\n> Subject: Bolts\n> Date: 2 February 2026 at 10:05:00 CET\n> To: Bob <bob@acme.example>\n> \n> Old words\n',
  ],
  [
    'Gmail, HTML',
    'html',
    '<div dir="ltr">See below.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 2 Feb 2026 at 10:05, Ann &lt;<a href="mailto:ann@contoso.test">ann@contoso.test</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>Old words</div></blockquote></div>',
  ],
  [
    'Outlook on the web, HTML',
    'html',
    '<div>See below.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Ann<br><b>Sent:</b> Monday, February 2, 2026 10:05 AM<br><b>To:</b> Bob<br><b>Subject:</b> Bolts<div>&nbsp;</div></div><div>Old words</div>',
  ],
  [
    'Outlook for Windows, HTML',
    'html',
    '<div class="WordSection1"><p class="MsoNormal">See below.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Von:</b> Ann Archer &lt;ann@contoso.test&gt;<br><b>Gesendet:</b> Montag, 2. Februar 2026 10:05<br><b>An:</b> Bob<br><b>Betreff:</b> Bolzen</p></div><p class="MsoNormal">Old words</p></div>',
  ],
  [
    'Thunderbird, HTML',
    'html',
    '<p>See below.</p><div class="moz-cite-prefix">On 02/02/2026 10:05, Ann wrote:<br></div><blockquote type="cite" cite="mid:1@contoso.test"><p>Old words</p></blockquote>',
  ],
  [
    'Yahoo, HTML',
    'html',
    '<div>See below.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>On Monday, February 2, 2026 at 10:05:11 AM GMT+1, Ann &lt;ann@contoso.test&gt; wrote: </div><div>Old words</div></div></div>',
  ],
];
