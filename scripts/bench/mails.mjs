// Mail and rules as an import has them after reading, for what is measured without a server.
const headers = Object.entries({
  Received: 'from mx.northwind.example by mail.contoso.test; Mon, 6 Oct 2025 10:00:00 +0000',
  'Authentication-Results':
    'spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=northwind.example; dkim=pass; dmarc=pass action=none header.from=northwind.example; compauth=pass reason=100',
  'MIME-Version': '1.0',
  'Content-Type': 'text/html; charset=utf-8',
}).map(([name, value]) => ({ name, value }));
const html = `<p>${'Please review the attached proposal. '.repeat(500)}</p>`;

export const mailbox = 'agent0@contoso.test';

export function mailOf(number, { from, subject }) {
  const atMs = 1_760_000_000_000 + number * 60_000;
  return {
    providerId: `bench-${number}`,
    internetMessageId: `${number}@northwind.example`,
    from: { name: 'Dana Reyes', address: from },
    sender: null,
    replyTo: [],
    to: [{ name: 'Agent', address: mailbox }],
    cc: [],
    bcc: [],
    subject,
    sentAtMs: atMs,
    receivedAtMs: atMs,
    body: { kind: 'html', content: html },
    uniqueBody: null,
    headers,
    conversationId: `conversation-${number}`,
    isDraft: false,
    sensitivity: 'normal',
    meeting: false,
    report: false,
    protection: 'none',
    attachments: [],
    original: null,
  };
}

export const context = {
  key: { connection: 'bench', mailbox },
  rules: {
    emailMatching: true,
    use: 'opportunity',
    matching: 'address_and_subject',
    subjectMatch: 'normalized',
    matchReplies: true,
    unmatched: { kind: 'inbox' },
    ambiguous: 'inbox',
    unverifiedSender: 'inbox',
    automaticMail: 'inbox',
    calendarMail: 'inbox',
    ignore: { senders: [], internal: false, sensitivity: [] },
    freeMailDomains: 'ignore',
    ownDomains: new Set(['contoso.test']),
  },
  agents: [],
  hideChain: false,
  candidates: { excludedTypes: new Set(), units: [] },
  ownAddresses: new Set(),
};

export function pageOf(mails) {
  return {
    folder: { path: 'Inbox', id: 'inbox', sentItems: false },
    mails,
    removed: [],
    setAside: [],
    settled: [],
    position: { folder: 'Inbox', folderId: 'inbox', cursor: 'bench', atMs: 1 },
    atMs: 1,
  };
}
