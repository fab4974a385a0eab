#!/usr/bin/python3
"""What an independent EWS client sees: for each mailbox the mails of every folder, each of them read whole.
argv: URL CA-FILE basic|ntlm USER PASSWORD MAILBOX... Prints one JSON object: mailbox -> {path: count} or {"error": code}."""
import json
import sys

import requests.adapters
from exchangelib import BASIC, DELEGATE, NTLM, Account, Configuration, Credentials, Version
from exchangelib.errors import EWSError
from exchangelib.folders import Messages
from exchangelib.protocol import BaseProtocol
from exchangelib.version import EXCHANGE_2016

url, ca_file, way, user, password, *mailboxes = sys.argv[1:]


class TrustingAdapter(requests.adapters.HTTPAdapter):
    def cert_verify(self, conn, url, verify, cert):
        super().cert_verify(conn=conn, url=url, verify=ca_file, cert=cert)


BaseProtocol.HTTP_ADAPTER_CLS = TrustingAdapter
configuration = Configuration(
    service_endpoint=url,
    credentials=Credentials(user, password),
    auth_type={"basic": BASIC, "ntlm": NTLM}[way],
    version=Version(build=EXCHANGE_2016),
)


def counts(mailbox):
    account = Account(mailbox, config=configuration, autodiscover=False, access_type=DELEGATE)
    found = {}
    for folder in account.msg_folder_root.walk():
        if folder.folder_class not in (None, "IPF.Note") and not isinstance(folder, Messages):
            continue
        ids = list(folder.all().only("id", "changekey"))
        mails = list(account.fetch(ids=[(one.id, one.changekey) for one in ids], only_fields=["subject", "body"]))
        broken = [one for one in mails if isinstance(one, Exception)]
        found[folder.absolute] = len(mails)
        if broken:
            print(f"{mailbox} {folder.name}: {broken[0]!r}", file=sys.stderr)
    return found


seen = {}
for mailbox in mailboxes:
    try:
        seen[mailbox] = counts(mailbox)
    except EWSError as error:
        seen[mailbox] = {"error": type(error).__name__}
print(json.dumps(seen, indent=1))
