#!/usr/bin/python3
"""The peer of our import: exchangelib lists a mailbox by SyncFolderItems, fetches every mail with its text, headers and
people in batches, and keeps them in SQLite. argv: URL CA-FILE USER PASSWORD MAILBOX DATABASE. Prints one JSON object."""
import json
import resource
import sqlite3
import sys

import requests.adapters
from exchangelib import BASIC, DELEGATE, Account, Configuration, Credentials, Version
from exchangelib.protocol import BaseProtocol
from exchangelib.version import EXCHANGE_2016

url, ca_file, user, password, mailbox, database = sys.argv[1:]
batch = 20


class TrustingAdapter(requests.adapters.HTTPAdapter):
    def cert_verify(self, conn, url, verify, cert):
        super().cert_verify(conn=conn, url=url, verify=ca_file, cert=cert)


BaseProtocol.HTTP_ADAPTER_CLS = TrustingAdapter
configuration = Configuration(
    service_endpoint=url,
    credentials=Credentials(user, password),
    auth_type=BASIC,
    version=Version(build=EXCHANGE_2016),
)
account = Account(mailbox, config=configuration, autodiscover=False, access_type=DELEGATE)
fields = (
    "subject body attachments datetime_received datetime_sent headers conversation_id in_reply_to author "
    "sender to_recipients cc_recipients message_id references item_class sensitivity is_draft"
).split()

store = sqlite3.connect(database)
store.execute("create table message (id text primary key, message_id text, subject text, body text, people text, headers text)")
changes = account.inbox.sync_items(only_fields=["id", "changekey"], max_changes_returned=512)
ids = [item for kind, item in changes if kind == "create"]
imported = 0
for start in range(0, len(ids), batch):
    for mail in account.fetch(ids=ids[start : start + batch], only_fields=fields, chunk_size=batch):
        people = json.dumps([one.email_address for one in [mail.author, *(mail.to_recipients or [])] if one])
        headers = json.dumps([[one.name, one.value] for one in mail.headers or []])
        store.execute(
            "insert into message values (?, ?, ?, ?, ?, ?)",
            (mail.id, mail.message_id, mail.subject, mail.body, people, headers),
        )
        imported += 1
    store.commit()
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"imported": imported, "cpuMs": (used.ru_utime + used.ru_stime) * 1000, "peakMb": used.ru_maxrss / 1024}))
