"""Which headers each part of the project may include: the dependency rules as tables.

An entry that ends in "/" allows every header below it; any other entry allows exactly this header. The C++ standard
library and the part's own folder are always allowed.
"""

GRPC = ["grpc/", "grpcpp/", "google/protobuf/", "google/rpc/", "keelson/"]

# The domain performs no I/O, and gets the time of day from the port Clock and random bytes from the port Entropy. Only
# Deadline and the functions that wait for a Deadline read the monotonic clock directly.
CORE = ["absl/"]
CORE_REFUSED = [
    "absl/time/clock.h", "absl/random/", "absl/flags/", "absl/log/",
    "filesystem", "fstream", "iostream", "cstdio", "csignal", "thread", "random",
]
# Libraries with pure functions, which the core wraps in its own functions.
CORE_LIBRARIES = {
    "core/common/": ["utf8proc.h", "sodium.h", "sodium/"],
    "core/common/domain_name.cc": ["idn2.h"],
}

# The folders of the core that each folder may include. They form a tree: the unit of work (core/store) only
# forward-declares the repositories; privacy, export and verify include all features because they handle every table.
# Headers directly in core/ are for the rest of the project and may include every folder.
UNIT_OF_WORK = ["common", "store"]
FEATURES = ["events", "notifications", "accounts", "sessions", "ledger", "orders", "refunds"]
CORE_TREE = {
    "common": [],
    "store": ["common"],
    "events": UNIT_OF_WORK,
    "notifications": UNIT_OF_WORK + FEATURES[:1],
    "accounts": UNIT_OF_WORK + FEATURES[:2],
    "sessions": UNIT_OF_WORK + FEATURES[:3],
    # Below orders: an order makes its ledger entries itself, in the methods that change its totals.
    "ledger": UNIT_OF_WORK,
    "orders": UNIT_OF_WORK + FEATURES[:3] + ["ledger"],
    "refunds": UNIT_OF_WORK + FEATURES[:3] + ["ledger", "orders"],
    "privacy": UNIT_OF_WORK + FEATURES,
    "store/export": UNIT_OF_WORK + FEATURES,
    "store/verify": UNIT_OF_WORK + FEATURES + ["store/export"],
}

# An adapter may include the core, Abseil, POSIX, the adapters/support libraries listed for it, and its own technology.
ADAPTER = ["core/", "absl/"]
SUPPORTS = ["email/mime", "email/templates", "payments/http", "store/migrations", "store/sql_columns",
            "support/descriptors", "support/files", "support/http", "support/webhooks"]
TECHNOLOGY = {
    "email/file": [],
    "email/http": ["nlohmann/"],
    "email/log": [],
    "email/mime": [],
    "email/smtp": ["curl/curl.h"],
    "email/templates": ["kainjow/mustache.hpp", "unicode/"],
    "grpc": GRPC + ["openssl/"],
    "grpc_client": GRPC,
    "passwords": ["argon2.h", "crypt.h", "openssl/", "sodium.h"],
    "payments/braintree": ["nlohmann/"],
    "payments/http": ["nlohmann/"],
    "payments/paypal": ["nlohmann/"],
    "payments/recorded": [],
    "payments/sandbox": ["nlohmann/"],
    "payments/stripe": ["nlohmann/"],
    "store/memory": [],
    "store/migrations": [],
    "store/postgres": ["libpq-fe.h", "nlohmann/"],
    "store/read_ahead": [],
    "store/sql_columns": [],
    "store/sqlite": ["sqlite3.h", "SQLiteCpp/", "nlohmann/"],
    "support/descriptors": [],
    "support/files": [],
    "support/http": ["curl/curl.h", "nlohmann/"],
    "support/webhooks": [],
    "system": ["sodium.h"],
    "telemetry/log": ["spdlog/", "nlohmann/"],
    "telemetry/otlp": ["nlohmann/"],
    "telemetry/prometheus": ["prometheus/"],
    "webhooks": ["civetweb.h"],
}

APP = ["absl/", "core/", "adapters/", "CLI/", "toml++/", "nlohmann/"]
# The version command prints the versions of the libraries.
APP_LIBRARIES = {"app/commands/version.cc": ["SQLiteCpp/SQLiteCpp.h", "grpcpp/grpcpp.h"]}

POSIX = [
    "arpa/", "cerrno", "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "netdb.h", "netinet/", "poll.h", "pthread.h",
    "sched.h", "signal.h", "stdio.h", "stdlib.h", "sys/", "syslog.h", "termios.h", "time.h", "unistd.h",
]
