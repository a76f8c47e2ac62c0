#!/usr/bin/env python3
"""check_clocks.py ROOT: lists every wait and every reading of the time of day that depends on the system clock,
and exits with 1 if there is one."""

import pathlib
import re
import sys

# Abseil converts these timeouts to CLOCK_REALTIME.
TIMED_WAIT = re.compile(r"\b(\w*(?:Wait|Await|LockWhen|WaitForNotification)With(?:Timeout|Deadline))\(")
TIME_OF_DAY = re.compile(r"\b(absl::Now\(\)|absl::GetCurrentTimeNanos\(\)|system_clock::now\(\))")
# Files that exchange times with other systems.
READERS = {
    "adapters/email/http/http_email_provider.cc",  # Retry-After may be a date
    "adapters/email/http/mailgun_email_provider.cc",  # the rate limit ends at a date
    "adapters/email/http/sendgrid_email_provider.cc",  # the rate limit ends at a date
    "adapters/grpc/dispatcher.cc",  # gRPC's deadline is a date
    "adapters/grpc/server_certificates.cc",  # a certificate is valid between two dates
    "adapters/payments/http/http_payment_provider.cc",  # an idempotency key is forgotten at a date
    "adapters/payments/http/refund_outcome.cc",  # Retry-After may be a date
    "adapters/telemetry/log/json_log.cc",  # a log line has the system's time
}


def violations(root):
    for layer in ("core", "adapters", "app"):
        for file in sorted((root / layer).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            path = file.relative_to(root).as_posix()
            text = file.read_text()
            for wait in TIMED_WAIT.findall(text):
                yield f"{path}: {wait}: wait with a Deadline instead (core/common/condition_variable.h)"
            for reading in TIME_OF_DAY.findall(text):
                if path not in READERS:
                    yield f"{path}: {reading}: measure with SteadyTime, or read the time of day from the Clock port"


def main():
    found = list(violations(pathlib.Path(sys.argv[1])))
    print("\n".join(found) if found else "No wait and no measured duration depends on the system's clock.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
