"""Which headers each part of the project may include: the dependency rules as tables.

An entry ending in "/" admits every header under it; any other entry admits that header alone. The C++ standard
library and the part's own folder are admitted everywhere.
"""

GRPC = ["grpc/", "grpcpp/", "google/protobuf/", "google/rpc/", "keelson/"]

# The pure domain: no time of day but the Clock port's, no randomness but Entropy, no I/O. A Deadline reads the
# monotonic clock itself, as the waits for it do.
CORE = ["absl/"]
CORE_REFUSED = [
    "absl/time/clock.h", "absl/random/", "absl/flags/", "absl/log/",
    "filesystem", "fstream", "iostream", "cstdio", "csignal", "thread", "random",
]
# Pure functions of small libraries, behind the core's own names.
CORE_LIBRARIES = {
    "core/common/": ["utf8proc.h", "sodium.h", "sodium/"],
    "core/common/domain_name.cc": ["idn2.h"],
}

# The core's folders form a tree: which others the sources of a folder may include. The unit of work (core/store)
# declares the repositories forward; export and verify, which handle every table, know all features. Headers in
# core/ itself gather what the rest of the project uses.
UNIT_OF_WORK = ["common", "store"]
FEATURES = ["events", "notifications", "accounts", "orders", "refunds"]
CORE_TREE = {
    "common": [],
    "store": ["common"],
    "events": UNIT_OF_WORK,
    "notifications": UNIT_OF_WORK + FEATURES[:1],
    "accounts": UNIT_OF_WORK + FEATURES[:2],
    "orders": UNIT_OF_WORK + FEATURES[:3],
    "refunds": UNIT_OF_WORK + FEATURES[:4],
    "store/export": UNIT_OF_WORK + FEATURES,
    "store/verify": UNIT_OF_WORK + FEATURES + ["store/export"],
}

# An adapter may include the core, Abseil, POSIX, the adapters/support libraries listed for it, and its own technology.
ADAPTER = ["core/", "absl/"]
SUPPORTS = ["email/mime", "email/templates", "store/migrations", "store/sql_columns", "support/descriptors", "support/files",
            "support/http"]
TECHNOLOGY = {
    "email/file": [],
    "email/http": ["nlohmann/"],
    "email/log": [],
    "email/mime": [],
    "email/smtp": ["curl/curl.h"],
    "email/templates": ["kainjow/mustache.hpp"],
    "grpc": GRPC + ["openssl/"],
    "grpc_client": GRPC,
    "passwords/argon2": ["argon2.h", "sodium.h"],
    "payments/recorded": [],
    "store/memory": [],
    "store/migrations": [],
    "store/postgres": ["libpq-fe.h", "nlohmann/"],
    "store/read_ahead": [],
    "store/sql_columns": [],
    "store/sqlite": ["sqlite3.h", "SQLiteCpp/", "nlohmann/"],
    "support/descriptors": [],
    "support/files": [],
    "support/http": ["curl/curl.h"],
    "system": ["sodium.h"],
    "telemetry/log": ["spdlog/", "nlohmann/"],
    "telemetry/prometheus": ["prometheus/"],
}

APP = ["absl/", "core/", "adapters/", "CLI/", "toml++/", "nlohmann/"]
# The version command prints the versions of the libraries.
APP_LIBRARIES = {"app/commands/version.cc": ["SQLiteCpp/SQLiteCpp.h", "grpcpp/grpcpp.h"]}

POSIX = [
    "arpa/", "cerrno", "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "netdb.h", "netinet/", "poll.h", "pthread.h",
    "sched.h", "signal.h", "stdio.h", "stdlib.h", "sys/", "syslog.h", "termios.h", "time.h", "unistd.h",
]
