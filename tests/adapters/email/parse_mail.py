"""Parses one message from standard input with Python's parser and prints headers and parts as JSON."""

import email
import email.policy
import json
import sys
from email.header import decode_header, make_header
from email.utils import getaddresses

message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)


def mailboxes(name):
    # Use the raw header, because Python 3.11's newer parser keeps the spaces between encoded words of a
    # display name.
    raw = dict(message.raw_items())[name].encode("ascii", "surrogateescape").decode()
    return [[str(make_header(decode_header(n))), a] for n, a in getaddresses([raw.replace("\r\n", "")])]


parts = list(message.iter_parts())
json.dump(
    {
        "subject": message["Subject"],
        "from": mailboxes("From"),
        "to": mailboxes("To"),
        "date": message["Date"].datetime.timestamp(),
        "headers": {n: str(message[n]) for n in ("Message-ID", "Auto-Submitted", "MIME-Version")},
        "type": message.get_content_type(),
        "parts": [[p.get_content_type(), p.get_content_charset(), p.get_payload(decode=True).decode()] for p in parts],
        "defects": [str(d) for m in message.walk() for d in m.defects]
        + [str(d) for d in message["Subject"].defects + message["Date"].defects],
    },
    sys.stdout,
)
