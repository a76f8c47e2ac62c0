#!/usr/bin/env python3
"""check_places.py ROOT: fails if an example change touches other production files than the change table in
.github/CONTRIBUTING.md lists."""

import pathlib
import re
import sys

PRODUCTION = ["CMakeLists.txt", "proto", "core", "adapters", "app", "cmake"]

# The example, the pattern that finds its occurrences, and the files in which it must occur; it may occur in no other
# production file.
PLACES = [
    ("the refund rule LINES_AVAILABLE", r"LINES_AVAILABLE|LinesAvailable", [
        "core/refunds/refund_rules.cc",
        "core/refunds/refund_rules.h",
        "proto/keelson/refunds/v1/refunds.proto",
    ]),
    ("the e-mail provider brevo", r"(?i)brevo", [
        "adapters/email/http/brevo_email_provider.cc",
        "adapters/email/http/brevo_email_provider.h",
        "app/adapters.cc",
    ]),
    ("the payment provider recorded", r"RecordedPayment|recorded_payment", [
        "adapters/payments/recorded/recorded_payment_provider.cc",
        "adapters/payments/recorded/recorded_payment_provider.h",
        "app/adapters.cc",
    ]),
    ("the column delete_time of users", r"delete_time", [
        "adapters/grpc/translate.cc",
        "adapters/store/postgres/migrations/0001_initial.up.sql",
        "adapters/store/sqlite/migrations/0001_initial.up.sql",
        "core/accounts/user.cc",
        "core/accounts/user.h",
        "core/store/verify/check_rows.cc",
        "proto/keelson/accounts/v1/accounts.proto",
    ]),
    ("the method RetryMessages", r"RetryMessages|retry_messages", [
        "adapters/grpc/notification_service.cc",
        "core/notifications/retry_messages.cc",
        "core/notifications/retry_messages.h",
        "core/use_cases.h",
        "proto/keelson/notifications/v1/notifications.proto",
    ]),
    ("the store memory", r"DescribeMemory|memory_descriptor|MemoryStore|keelson_memory", [
        "adapters/store/memory/",
        "app/adapters.cc",
    ]),
]


def production_files(root):
    for name in PRODUCTION:
        path = root / name
        yield from [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())


def is_listed(name, places):
    return any(name == place or place.endswith("/") and name.startswith(place) for place in places)


def check(root):
    texts = {path.relative_to(root).as_posix(): path.read_text(errors="replace") for path in production_files(root)
             if path.suffix != ".md"}
    problems = []
    for what, pattern, places in PLACES:
        found = [name for name, text in texts.items() if re.search(pattern, name) or re.search(pattern, text)]
        problems += [f"{name}: mentions {what}; add this file to PLACES and to the change table"
                     for name in found if not is_listed(name, places)]
        problems += [f"{place}: does not mention {what}; remove this file from PLACES and from the change table"
                     for place in places if not any(is_listed(name, [place]) for name in found)]
    return problems


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]))
    print("\n".join(found))
    sys.exit(1 if found else 0)
