#!/usr/bin/env python3
"""Tests the checks in this directory on a small source tree with valid code and one violation of each kind."""

import pathlib
import re
import tempfile
import unittest

import check_clocks
import check_documents
import check_includes
import check_places

ALLOWED = {
    "core/common/text.cc": ["string", "absl/strings/str_cat.h", "core/common/text.h", "utf8proc.h"],
    "core/common/sha256.cc": ["sodium.h"],
    "core/refunds/refund.cc": ["core/orders/order.h", "core/accounts/user.h", "core/store/store.h", "core/common/text.h"],
    "core/store/verify/check.cc": ["core/refunds/refund.h", "core/store/export/rows.h"],
    "core/repositories.h": ["core/refunds/refund_repository.h"],
    "adapters/store/sqlite/store.cc": ["core/repositories.h", "adapters/store/sqlite/store.h", "SQLiteCpp/Database.h", "fcntl.h"],
    "adapters/email/file/file.cc": ["adapters/email/mime/mime_message.h", "adapters/support/descriptors/config_section.h"],
    "adapters/email/templates/amounts.cc": ["unicode/uloc.h", "dlfcn.h"],
    "adapters/grpc/server.cc": ["grpcpp/server.h", "keelson/orders/v1/orders.pb.h"],
    "app/main.cc": ["adapters/store/sqlite/store.h", "CLI/CLI.hpp", "core/common/clock.h", "app/serve.h"],
}
PLANTED = [
    ("core/orders/order.cc", "adapters/store/sqlite/store.h"),
    ("core/orders/order.cc", "app/serve.h"),
    ("core/orders/order.cc", "grpcpp/server.h"),
    ("core/orders/order.cc", "google/protobuf/message.h"),
    ("core/orders/order.cc", "keelson/orders/v1/orders.pb.h"),
    ("core/orders/order.cc", "sqlite3.h"),
    ("core/orders/order.cc", "unistd.h"),
    ("core/orders/order.cc", "fstream"),
    ("core/orders/order.cc", "thread"),
    ("core/orders/order.cc", "absl/time/clock.h"),
    ("core/orders/order.cc", "nlohmann/json.hpp"),
    ("core/orders/order.cc", "utf8proc.h"),
    ("core/orders/order.cc", "unicode/uloc.h"),
    ("core/orders/order.cc", "core/refunds/refund.h"),
    ("core/notifications/outbox.cc", "core/accounts/user.h"),
    ("core/events/event.cc", "core/notifications/message.h"),
    ("core/common/text.cc", "core/events/event.h"),
    ("core/store/store.h", "core/accounts/user_repository.h"),
    ("core/orders/order.cc", "core/store/export/rows.h"),
    ("core/orders/order.cc", "core/repositories.h"),
    ("core/unheard_of/thing.cc", "core/common/text.h"),
    ("core/common/text.h", "utf8proc.h"),
    ("core/common/text.h", "not_embedded.h"),
    ("adapters/grpc/server.cc", "adapters/store/sqlite/store.h"),
    ("adapters/email/mime/mime.cc", "adapters/email/file/file.h"),
    ("adapters/grpc/server.cc", "app/serve.h"),
    ("adapters/support/descriptors/config_section.h", "app/config/config.h"),
    ("adapters/support/descriptors/store_descriptor.h", "adapters/store/sqlite/store.h"),
    ("adapters/grpc/server.cc", "sqlite3.h"),
    ("adapters/store/sqlite/store.cc", "grpcpp/server.h"),
    ("adapters/store/memory/store.cc", "SQLiteCpp/Database.h"),
    ("adapters/payments/recorded/recorded.cc", "tests/core/fakes.h"),
    ("adapters/unheard_of/thing.cc", "string"),
    ("app/main.cc", "grpcpp/server.h"),
    ("app/main.cc", "sqlite3.h"),
    ("app/main.cc", "tests/core/fakes.h"),
]
PLANTED_CLOCKS = [
    ("core/orders/order.cc", "changed_.WaitWithTimeout(&mutex_, wait);"),
    ("adapters/store/sqlite/writer.cc", "done.WaitForNotificationWithTimeout(left);"),
    ("adapters/store/sqlite/writer.cc", "mutex_.AwaitWithDeadline(condition, until);"),
    ("app/jobs.cc", "const absl::Time until = absl::Now() + wait;"),
    ("adapters/store/postgres/pool.cc", "const auto began = std::chrono::system_clock::now();"),
]
# Documents without a violation, in a tree that also has the files of RIGHT.
DOCUMENTS = {
    "README.md": """# Title
[core](core) [`text.cc`](core/common/text.cc) [a step](docs/steps.md#step-2-a_b) [here](#title) [out](https://example.com/x.md)
`core/common/text.cc`, `text.cc`, `./app/main.cc`, `core/*/order.h`, `build/x/y`, `core/FEATURE/x.cc`, `keelson.db`, `a/b`
```sh
./app/main.cc --to core/common # [not a link](nowhere.md)
```
""",
    "docs/steps.md": """# Steps
## Step 2: `a_b`
```md
## In a block
```
## Twice
## Twice
[up](../README.md) [beside](steps.md#twice-1) ![picture](picture.png) `picture.png` <img src="picture.png">
""",
    "docs/picture.png": "",
    "core/orders/order.h": "",
}
PLANTED_IN_DOCUMENTS = [
    ("[x](core/absent.cc)", "core/absent.cc"),
    ("[`x`](core/absent.cc)", "core/absent.cc"),
    ("[x](../outside.md)", "../outside.md"),
    ("[x](/core)", "/core"),
    ("[x](#absent)", "#absent"),
    ("[x](docs/steps.md#absent)", "docs/steps.md#absent"),
    ("[x](docs/steps.md#in-a-block)", "docs/steps.md#in-a-block"),
    ("[x](docs/steps.md#twice-2)", "docs/steps.md#twice-2"),
    ("[x](core/common/text.cc#L1)", "core/common/text.cc#L1"),
    ("[x](core/common/text.cc#title)", "core/common/text.cc#title"),
    ("![x](docs/absent.png)", "docs/absent.png"),
    ("[![x](docs/absent.png)](README.md)", "docs/absent.png"),
    ("[x]: core/absent.cc", "core/absent.cc"),
    ("<img src=\"docs/absent.png\">", "docs/absent.png"),
    ("`core/absent`", "core/absent"),
    ("`core/absent/`", "core/absent/"),
    ("`core/*/absent.h`", "core/*/absent.h"),
    ("`absent.cc`", "absent.cc"),
    ("`common/absent.cc`", "common/absent.cc"),
    ("```sh\n./app/absent.sh\n```", "app/absent.sh"),
]


def plant(root, path, headers):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f'#include "{header}"\n' for header in headers))


class PlantedViolations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for path, headers in ALLOWED.items():
            plant(self.root, path, headers)

    def test_allowed_includes_pass(self):
        self.assertEqual(list(check_includes.violations(self.root)), [])

    def test_generated_headers_of_the_target_are_allowed(self):
        (self.root / "core/CMakeLists.txt").write_text("keelson_embed(keelson_core passwords a.txt)\n")
        plant(self.root, "core/accounts/policy.cc", ["passwords.h"])
        self.assertEqual(list(check_includes.violations(self.root)), [])

    def test_each_planted_violation_is_reported(self):
        for path, header in PLANTED:
            with self.subTest(path=path, header=header), tempfile.TemporaryDirectory() as folder:
                root = pathlib.Path(folder)
                plant(root, path, [header])
                found = list(check_includes.violations(root))
                self.assertEqual(len(found), 1)
                self.assertIn(path, found[0])

    def test_each_planted_use_of_the_system_clock_is_reported(self):
        self.assertEqual(list(check_clocks.violations(self.root)), [])
        for path, line in PLANTED_CLOCKS:
            with self.subTest(path=path, line=line), tempfile.TemporaryDirectory() as folder:
                root = pathlib.Path(folder)
                plant(root, path, [])
                (root / path).write_text(f"void Run() {{ {line} }}\n")
                found = list(check_clocks.violations(root))
                self.assertEqual(len(found), 1)
                self.assertIn(path, found[0])

    def write(self, files):
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def test_documents_with_valid_links_and_file_names_pass(self):
        self.write(DOCUMENTS)
        self.assertEqual(list(check_documents.violations(self.root)), [])

    def test_each_planted_violation_in_a_document_is_reported(self):
        self.write(DOCUMENTS)
        for line, name in PLANTED_IN_DOCUMENTS:
            with self.subTest(line=line):
                self.write({"README.md": f"{DOCUMENTS['README.md']}\n{line}\n"})
                found = list(check_documents.violations(self.root))
                self.assertEqual(len(found), 1, found)
                self.assertRegex(found[0], rf"^README\.md:\d+: .*{re.escape(name)}[ `]")

    def test_a_readme_of_more_than_200_lines_is_reported(self):
        self.write({"README.md": "text\n" * 200, "core/README.md": "text\n" * 300})
        self.assertEqual(list(check_documents.violations(self.root)), [])
        self.write({"README.md": "text\n" * 201})
        self.assertRegex("".join(check_documents.violations(self.root)), r"^README\.md: 201 lines")

    def test_a_missing_or_wrong_error_reason_is_reported(self):
        source = """ReasonEntry{Reason::kA, "A_GONE", StatusCode::kNotFound},
                    ReasonEntry{Reason::kB, "B_TAKEN", StatusCode::kAlreadyExists},"""
        rows = "| NOT_FOUND | `A_GONE` | x |\n| ALREADY_EXISTS | `B_TAKEN` | x |\n"
        self.write({"core/common/error.cc": source, "proto/README.md": rows})
        self.assertEqual(list(check_documents.violations(self.root)), [])
        for old, new in [("B_TAKEN", "C_TAKEN"), ("NOT_FOUND", "ABORTED"), ("| NOT_FOUND | `A_GONE` | x |\n", "")]:
            with self.subTest(old=old):
                self.write({"proto/README.md": rows.replace(old, new)})
                self.assertRegex("\n".join(check_documents.violations(self.root)), r"^proto/README\.md: ")

    def test_a_transition_missing_in_a_diagram_or_in_the_state_table_is_reported(self):
        source = "OrderStep{OrderState::kPending, OrderState::kPaid},\nOrderStep{OrderState::kPaid, OrderState::kSent},"
        arrows = "  [*] --> PENDING: Create\n  PENDING --> PAID: Pay, if due\n  PAID --> SENT: Send\n  SENT --> [*]\n"
        document = f"### Order\nText\n```mermaid\nstateDiagram-v2\n{arrows}```\n"
        self.write({"core/orders/order.cc": source, "core/README.md": document})
        self.assertEqual(list(check_documents.diagram_problems(check_documents.Tree(self.root))), [])
        for old, new, expected in [
                ("  PAID --> SENT: Send\n", "", ["PAID --> SENT is missing in the diagram"]),
                ("  PAID", "  PENDING --> SENT: Send\n  PAID",
                 ["PENDING --> SENT is missing in core/orders/order.cc"]),
                ("  SENT --> [*]\n", "", ["SENT --> [*] is missing in the diagram"]),
                ("  SENT --> [*]\n", "  SENT --> [*]\n  PAID --> [*]\n",
                 ["PAID --> [*] is missing in core/orders/order.cc"]),
                ("### Order", "### Other", ["PAID --> SENT is missing in the diagram",
                                            "PENDING --> PAID is missing in the diagram",
                                            "SENT --> [*] is missing in the diagram"])]:
            with self.subTest(new=new):
                self.write({"core/README.md": document.replace(old, new)})
                self.assertEqual(list(check_documents.violations(self.root)),
                                 [f"core/README.md: Order: {problem}" for problem in expected])

    def test_a_file_missing_from_the_change_table_is_reported(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for _, pattern, places in check_places.PLACES:
                for place in places:
                    file = root / (place + "store.cc" if place.endswith("/") else place)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    with file.open("a") as text:
                        text.write(re.sub(r"\(\?i\)", "", pattern.split("|")[0]) + "\n")
            self.assertEqual(check_places.check(root), [])
            (root / "app/checks.cc").write_text("Brevo\n")
            self.assertEqual(check_places.check(root), ["app/checks.cc: mentions the e-mail provider brevo; "
                                                        "add this file to PLACES and to the change table"])
            (root / "core/use_cases.h").unlink()
            self.assertIn("core/use_cases.h: does not mention the method RetryMessages; "
                          "remove this file from PLACES and from the change table",
                          check_places.check(root))


if __name__ == "__main__":
    unittest.main()
