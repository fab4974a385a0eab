// The floor of an import over EWS: the bare library reads the same answers, and nothing is made of them.
// argv: JSON { sandbox, mailbox, batch }.
import { Agent } from 'node:https';
import {
  BasePropertySet,
  DateTime,
  EmailMessageSchema,
  ExchangeService,
  ExchangeVersion,
  ExtendedPropertyDefinition,
  FolderId,
  ItemSchema,
  ItemView,
  Mailbox,
  MapiPropertyType,
  PropertySet,
  SearchFilter,
  SyncFolderItemsScope,
  Uri,
  WebCredentials,
  WellKnownFolderName,
  XhrApi,
} from 'ews-javascript-api';
import { reportUsage } from './usage.mjs';

const { sandbox, mailbox, batch } = JSON.parse(process.argv[2]);
const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1);
service.Url = new Uri(sandbox.ews);
service.Credentials = new WebCredentials(sandbox.serviceAccount.username, sandbox.serviceAccount.password);
service.XHRApi = new XhrApi({ httpsAgent: new Agent({ ca: sandbox.caPem, keepAlive: true }), proxy: false });

const inbox = new FolderId(WellKnownFolderName.Inbox, new Mailbox(mailbox));
const properties = new PropertySet(BasePropertySet.IdOnly, [
  ...['ItemClass', 'Subject', 'Sensitivity', 'Attachments', 'DateTimeReceived', 'InReplyTo', 'IsDraft'].map(
    (name) => ItemSchema[name],
  ),
  ...['DateTimeSent', 'ConversationId', 'Body', 'InternetMessageHeaders'].map((name) => ItemSchema[name]),
  ...[
    'Sender',
    'ToRecipients',
    'CcRecipients',
    'BccRecipients',
    'From',
    'InternetMessageId',
    'References',
    'ReplyTo',
  ].map((name) => EmailMessageSchema[name]),
  new ExtendedPropertyDefinition(0x7d, MapiPropertyType.String),
]);

for (let state = '', more = true; more;) {
  const page = await service.SyncFolderItems(
    inbox,
    PropertySet.IdOnly,
    [],
    512,
    SyncFolderItemsScope.NormalItems,
    state,
  );
  state = page.SyncState;
  more = page.MoreChangesAvailable;
}

const ids = [];
for (let offset = 0, more = true; more;) {
  const view = new ItemView(250, offset);
  view.PropertySet = new PropertySet(BasePropertySet.IdOnly, [ItemSchema.DateTimeReceived]);
  const since = new SearchFilter.IsGreaterThanOrEqualTo(ItemSchema.DateTimeReceived, new DateTime(2000, 1, 1));
  const page = await service.FindItems(inbox, since, view);
  ids.push(...page.Items.map((item) => item.Id));
  offset += page.Items.length;
  more = page.MoreAvailable;
}

let imported = 0;
for (let from = 0; from < ids.length; from += batch) {
  const answers = await service.BindToItems(ids.slice(from, from + batch), properties);
  for (const { Item: mail } of answers.Responses) {
    const looked = [mail.Subject, mail.Body.Text, mail.From?.Address, mail.InternetMessageHeaders.Count];
    if (looked.every((value) => value !== undefined)) imported += 1;
  }
}
reportUsage({ imported });
