// Tests that migrations keep existing rows. The test applies one migration at a time, and inserts rows by SQL
// in the format of that schema version. After the last migration, the test reads all rows.
//
// A new migration needs an entry in Sqlite::kForms or Postgres::kForms: the format of the rows in its schema
// version.
#include <SQLiteCpp/SQLiteCpp.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "adapters/store/postgres/postgres_store.h"
#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/store/sqlite/sqlite_migrator.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "core/accounts/user_repository.h"
#include "core/common/strings.h"
#include "core/ledger/ledger_repository.h"
#include "core/notifications/message_repository.h"
#include "core/orders/order_repository.h"
#include "core/refunds/refund_repository.h"
#include "core/sessions/session_repository.h"
#include "core/store/expiry_repository.h"
#include "core/store/idempotency_repository.h"
#include "core/store/setting_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"
#include "tests/support/postgres/postgres_database.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

// Placeholders in braces are replaced by literals: letters by ids, {t0}, {t1}, … by times in seconds after
// kT0, {none} by empty labels, and {n} by the version of the migration.
constexpr std::string_view kRows = R"(
INSERT INTO users (id, email, email_key, email_verify_time, display_name, locale, state, labels, create_time,
  update_time, delete_time, purge_time, version)
VALUES ({U}, 'Ada{n}@Bücher.example', 'ada{n}@xn--bcher-kva.example', {t1}, 'Ada', 'de-AT', 1,
  '{"plan":"gold"}', {t0}, {t2}, NULL, NULL, 3);
INSERT INTO credentials (user_id, password_hash) VALUES ({U}, '$hash{n}');
INSERT INTO email_tokens (user_id, purpose, digest, email_key, expire_time)
VALUES ({U}, 1, {digest}, 'ada{n}@xn--bcher-kva.example', {t9});
INSERT INTO cooldowns (key, until_time) VALUES ({C}, {t9});
INSERT INTO orders (id, user_id, state, currency, shipping, total, paid, refunded, refund_pending,
  refunded_shipping, refund_count, payment_provider, payment_reference, reference, labels, create_time,
  update_time, pay_time, ship_time, deliver_time, cancel_time, version)
VALUES ({O}, {U}, 4, 'EUR', 2, 12, 12, 0, 3, 1, 1, 'recorded', 'pay-1', 'ref-{n}', '{"channel":"web"}', {t0}, {t4}, {t1}, {t2},
  {t3}, NULL, 5);
INSERT INTO order_lines (order_id, {owner}line, sku, title, quantity, unit_price, discount, tax, total,
  refunded_quantity, refunded_amount)
VALUES ({O}, {owner's}0, 'sku-1', 'A thing', 2, 5, 1, 1, 10, 1, 2);
INSERT INTO refunds (id, order_id, user_id, state, currency, amount, shipping, lines, reason, note, requested_by,
  decided_by, decision_note, payment_provider, payment_reference, provider_reference, failure_code,
  failure_message, attempts, due_time, create_time, update_time, decide_time, settle_time, version)
VALUES ({R}, {O}, {U}, 2, 'EUR', 3, 1, '{parts}', 1, 'broken', 'web', 'boss', 'fine', 'recorded', 'pay-1', '',
  '', '', 1, {t5}, {t0}, {t5}, {t4}, NULL, 2);
INSERT INTO events (sequence, type, subject, user_id, actor, correlation_id, create_time, payload, hash)
VALUES ({n}, 'user.registered', 'user_{n}', {U}, 'web', 'c-{n}', {t0}, '{"n":{n}}', {hash});
INSERT INTO idempotency (key, content, answer, create_time) VALUES ({C}, {O}, {answer}, {t0});
INSERT INTO settings (name, value) VALUES ('key{n}', {answer});
)";

constexpr std::string_view kMessages = R"(
INSERT INTO messages (id, state, template_name, locale, recipient, user_id, variables, attempts, due_time,
  expire_time, lease_epoch, provider, provider_message_id, last_error, traceparent, create_time, send_time)
VALUES
  ({Q}, 1, 'verify_email', 'de', 'OLD{n}@Example.com', {U}, '{"link":"T"}', 1, {t3}, {t9}, 1, 'smtp', '', 'busy',
    '00-trace', {t0}, NULL),
  ({S}, 3, 'welcome', 'de', 'Ada{n}@Bücher.example', {U}, {none}, 1, {t3}, {t9}, 1, 'file', 'x.eml', '', '', {t0},
    {t4}),
  ({D}, 4, 'verify_email', 'de', 'Ada{n}@Bücher.example', {U}, {none}, 12, {t3}, NULL, 12, 'smtp', '', 'no', '',
    {t0}, NULL),
  ({X}, 5, 'verify_email', 'de', 'Ada{n}@Bücher.example', {U}, {none}, 0, {t3}, {t9}, 0, '', '', '', '', {t0}, NULL);
)";

constexpr std::string_view kMessagesWithContent = R"(
INSERT INTO messages (id, state, template_name, locale, recipient, recipient_key, user_id, variables, subject,
  body_text, body_html, language, attempts, due_time, expire_time, lease_epoch, provider, provider_message_id,
  pinned_provider, pin_time, last_error, traceparent, create_time, send_time, end_time)
VALUES
  ({Q}, 1, 'verify_email', 'de', 'OLD{n}@Example.com', 'old{n}@example.com', {U}, '{"link":"T"}', 'Grüße', 'Text',
    '<p>Text</p>', 'de', 1, {t3}, {t9}, 1, 'smtp', '', 'smtp', {t2}, 'busy', '00-trace', {t0}, NULL, NULL),
  ({S}, 3, 'welcome', 'de', 'Ada{n}@Bücher.example', 'ada{n}@xn--bcher-kva.example', {U}, {none}, 'Grüße', '', '',
    'de', 1, {t3}, {t9}, 1, 'file', 'x.eml', '', NULL, '', '', {t0}, {t4}, {t4}),
  ({D}, 4, 'verify_email', 'de', 'Ada{n}@Bücher.example', 'ada{n}@xn--bcher-kva.example', {U}, {none}, 'Grüße',
    'Text', '<p>Text</p>', 'de', 12, {t3}, NULL, 12, 'smtp', '', '', NULL, 'no', '', {t0}, NULL, {t5}),
  ({X}, 5, 'verify_email', 'de', 'Ada{n}@Bücher.example', 'ada{n}@xn--bcher-kva.example', {U}, {none}, '', '', '',
    '', 0, {t3}, {t9}, 0, '', '', '', NULL, '', '', {t0}, NULL, {t6});
)";

constexpr std::string_view kSessions = R"(
INSERT INTO sessions (id, user_id, user_agent, ip_address, create_time, last_use_time, access_expire_time,
  expire_time, access_digest, refresh_key, refresh_digest, previous_digest, salt, rotate_time, generation,
  email_verified)
VALUES ({E}, {U}, 'Browser {n}', '192.0.2.{n}', {t0}, {t3}, {t8}, {t9}, {digest}, {hash}, {digest}, {hash}, {digest},
  {t2}, 1, FALSE);
INSERT INTO sign_in_throttles (key, failures, blocked_until, expire_time) VALUES ({C}, 11, {t8}, {t9});
UPDATE idempotency SET user_id = {U} WHERE key = {C};
)";

constexpr std::string_view kRefundLabels = R"(
UPDATE refunds SET scope = 3, labels = '{"desk":"7"}' WHERE id = {R};
)";

constexpr std::string_view kLedger = R"(
INSERT INTO ledger_entries (id, order_id, refund_id, type, payment_provider, currency, amount, create_time)
VALUES ({P}, {O}, NULL, 1, 'recorded', 'EUR', 12, {t1}), ({H}, {O}, {R}, 2, 'recorded', 'EUR', 3, {t0});
)";

// The format of the rows, oldest first: without message content; with the columns for content, recipient key
// and end time of messages; with sessions and throttles; with the scope, the labels and the withheld shares
// of refunds; with the ledger.
enum class Form { kWithoutContent, kWithContent, kWithSessions, kWithScopes, kWithLedger };

absl::Time At(int seconds) {
  return kT0 + absl::Seconds(seconds);
}

Uuid UuidOf(char letter, int step) {
  Uuid uuid{};
  uuid[0] = static_cast<std::uint8_t>(letter);
  uuid[15] = static_cast<std::uint8_t>(step);
  return uuid;
}

// The id of an entry that the migration derives from the id of its order or refund.
LedgerEntryId EntryIdOf(Uuid uuid, std::uint8_t number) {
  uuid[6] = 0x70;
  uuid[7] = number;
  return LedgerEntryId(uuid);
}

std::string_view BytesOf(const auto& array) {
  return {reinterpret_cast<const char*>(array.data()), array.size()};
}

// The rows inserted after one migration, as expected after the last migration.
struct Family {
  Family(int step, Form form, const Sha256Digest& hash_before);
  std::vector<RowBatch> Batches() const;

  UserRow user;
  std::vector<SessionFields> sessions;
  EmailToken token;
  Cooldown cooldown;
  std::vector<Throttle> throttles;
  OrderFields order;
  RefundFields refund;
  // Ordered by id, with the states DEAD, QUEUED, SENT and CANCELLED.
  std::vector<Message> messages;
  Event event;
  IdempotencyRecord record;
  Setting setting;
  // The payment of the order and the hold of the refund. The migration that creates the ledger derives them
  // from the order and the refund.
  std::vector<LedgerEntry> entries;
};

std::vector<Message> MessagesOf(int step, Form form, const UserFields& user) {
  const auto message = [&](char letter, MessageState state, std::string template_name) {
    Message m;
    m.id = MessageId(UuidOf(letter, step));
    m.state = state;
    m.template_name = std::move(template_name);
    m.locale = "de";
    m.to = user.email;
    m.to_key = user.email_key;
    m.user_id = user.id;
    m.due_time = At(3);
    m.expire_time = At(9);
    m.create_time = m.end_time.emplace(At(0));
    return m;
  };
  Message dead = message('D', MessageState::kDead, "verify_email");
  dead.attempts = dead.lease_epoch = 12;
  dead.expire_time.reset();
  dead.provider = "smtp";
  dead.last_error = "no";
  Message queued = message('Q', MessageState::kQueued, "verify_email");
  queued.to = StrCat("OLD", step, "@Example.com");
  queued.to_key = StrCat("old", step, "@example.com");
  queued.variables = {{"link", "T"}};
  queued.attempts = queued.lease_epoch = 1;
  queued.provider = "smtp";
  queued.last_error = "busy";
  queued.traceparent = "00-trace";
  queued.end_time.reset();
  Message sent = message('S', MessageState::kSent, "welcome");
  sent.attempts = sent.lease_epoch = 1;
  sent.provider = "file";
  sent.provider_message_id = "x.eml";
  sent.send_time = sent.end_time = At(4);
  Message cancelled = message('X', MessageState::kCancelled, "verify_email");
  if (form >= Form::kWithContent) {
    dead.content = queued.content = {"Grüße", "Text", "<p>Text</p>", "de"};
    sent.content = {"Grüße", "", "", "de"};
    queued.pinned_provider = "smtp";
    queued.pin_time = At(2);
    dead.end_time = At(5);
    cancelled.end_time = At(6);
  }
  return {dead, queued, sent, cancelled};
}

Family::Family(int step, Form form, const Sha256Digest& hash_before) {
  UserFields& u = user.fields;
  u.id = UserId(UuidOf('U', step));
  u.email = StrCat("Ada", step, "@Bücher.example");
  u.email_key = StrCat("ada", step, "@xn--bcher-kva.example");
  u.email_verify_time = At(1);
  u.display_name = "Ada";
  u.locale = "de-AT";
  u.labels = {{"plan", "gold"}};
  u.create_time = At(0);
  u.update_time = At(2);
  u.version = 3;
  user.password_hash = StrCat("$hash", step);
  token = {Sha256(StrCat(step)), u.id, TokenPurpose::kVerifyEmail, u.email_key, At(9)};
  cooldown = {UuidOf('C', step), At(9)};
  order = SampleOrder(u.id, StrCat("ref-", step)).fields();
  order.id = OrderId(UuidOf('O', step));
  order.labels = {{"channel", "web"}};
  order.lines[0].refunded_quantity = 1;
  order.lines[0].refunded_amount = 2;
  order.refund_pending = 3;
  order.refunded_shipping = order.refund_count = 1;
  order.update_time = At(4);
  order.version = 5;
  refund = SampleRefund(Order(order)).fields();
  refund.id = RefundId(UuidOf('R', step));
  refund.state = RefundState::kApproved;
  refund.reason = RefundReason::kRequestedByCustomer;
  refund.decided_by = "boss";
  refund.decision_note = "fine";
  refund.attempts = 1;
  refund.due_time = refund.update_time = At(5);
  refund.decide_time = At(4);
  refund.version = 2;
  if (form >= Form::kWithScopes) {
    refund.scope = RefundScopeKind::kLines;
    refund.labels = {{"desk", "7"}};
  }
  messages = MessagesOf(step, form, u);
  event = SampleEvent(StrCat("user_", step));
  event.sequence = step;
  event.user_id = u.id;
  event.correlation_id = StrCat("c-", step);
  event.payload = StrCat("{\"n\":", step, "}");
  event.hash = ChainedHash(hash_before, event);
  record = {cooldown.key, order.id.uuid(), StrCat("answer ", step), At(0)};
  setting = {StrCat("key", step), record.answer};
  entries = {{EntryIdOf(order.id.uuid(), 1), order.id, std::nullopt, LedgerEntryType::kPayment, "recorded",
              order.currency, 12, At(1)},
             {EntryIdOf(refund.id.uuid(), 2), order.id, refund.id, LedgerEntryType::kRefundHold, "recorded",
              order.currency, 3, At(0)}};
  if (form >= Form::kWithSessions) {
    SessionFields session = SampleSession(u.id).fields();
    session.id = SessionId(UuidOf('E', step));
    session.user_agent = StrCat("Browser ", step);
    session.ip_address = StrCat("192.0.2.", step);
    session.last_use_time = At(3);
    session.access_expire_time = At(8);
    session.expire_time = At(9);
    session.access_digest = session.refresh_digest = session.salt = token.digest;
    session.refresh_key = session.previous_digest.emplace(event.hash);
    session.rotate_time = At(2);
    sessions.push_back(session);
    throttles.push_back({cooldown.key, 11, At(8), At(9)});
    record.user_id = u.id;
  }
}

std::vector<RowBatch> Family::Batches() const {
  return {std::vector{user},
          sessions,
          std::vector{token},
          std::vector{cooldown},
          throttles,
          std::vector{order},
          std::vector{refund},
          messages,
          std::vector{event},
          std::vector{record},
          std::vector{setting},
          entries};
}

class Sqlite {
 public:
  static constexpr std::array kForms = {Form::kWithoutContent, Form::kWithoutContent, Form::kWithContent,
                                        Form::kWithContent,    Form::kWithSessions,   Form::kWithScopes,
                                        Form::kWithScopes,     Form::kWithScopes,     Form::kWithLedger};

  const Migrator& migrator() const { return migrator_; }
  void Execute(const std::string& sql) { SQLite::Database(path_, SQLite::OPEN_READWRITE).exec(sql); }
  std::unique_ptr<Store> Open() {
    SqliteOptions options;
    options.path = path_;
    options.migrate = false;
    return Must(SqliteStore::Open(options, clock_));
  }
  std::unique_ptr<StoreExporter> Reader() {
    return Must(SqliteBulk::OpenReader(path_, BulkAccess::kShared, clock_));
  }
  // Returns the declarations of all tables, indexes and triggers.
  std::vector<std::string> Schema() {
    SQLite::Database database(path_);
    SQLite::Statement statement(database,
                                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
    std::vector<std::string> schema;
    while (statement.executeStep()) schema.push_back(statement.getColumn(0).getString());
    return schema;
  }

  static std::string Id(const Uuid& uuid) { return Bytes(BytesOf(uuid)); }
  static std::string Bytes(std::string_view bytes) {
    return StrCat("x'", absl::BytesToHexString(ToAbsl(bytes)), "'");
  }
  static std::string Time(absl::Time time) { return std::to_string(absl::ToUnixMicros(time)); }
  static std::vector<std::pair<std::string, std::string>> Own() {
    return {{"{none}", "NULL"}, {"{owner}", ""}, {"{owner's}", ""}};
  }
  static constexpr std::string_view kMore = "";

 private:
  TemporaryFolder folder_;
  RealClock clock_;
  const std::string path_ = folder_.File("keelson.db");
  const SqliteMigrator migrator_{path_, clock_};
};

class Postgres {
 public:
  static constexpr std::array kForms = {Form::kWithoutContent, Form::kWithContent,  Form::kWithContent,
                                        Form::kWithContent,    Form::kWithSessions, Form::kWithScopes,
                                        Form::kWithScopes,     Form::kWithScopes,   Form::kWithLedger};

  const Migrator& migrator() const { return migrator_; }
  void Execute(const std::string& sql) { database_.Connect().Execute(sql); }
  std::unique_ptr<Store> Open() {
    return Must(PostgresStore::Open({.url = database_.url(), .migrate = false}, clock_));
  }
  std::unique_ptr<StoreExporter> Reader() {
    return Must(PostgresBulk::OpenReader({.url = database_.url()}, BulkAccess::kShared, clock_));
  }
  // Returns all columns, indexes, constraints, triggers and functions, in alphabetical order.
  std::vector<std::string> Schema() {
    std::vector<std::string> schema;
    for (const auto& row : database_.Connect().Query(
             "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, "
             "collation_name) AS line FROM information_schema.columns WHERE table_schema = 'public' "
             "UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
             "UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM "
             "pg_constraint WHERE connamespace = 'public'::regnamespace UNION ALL SELECT "
             "pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT "
             "pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY "
             "line")) {
      schema.push_back(row[0]);
    }
    return schema;
  }

  static std::string Id(const Uuid& uuid) {
    return StrCat("'", absl::BytesToHexString(ToAbsl(BytesOf(uuid))), "'");
  }
  static std::string Bytes(std::string_view bytes) {
    return StrCat("'\\x", absl::BytesToHexString(ToAbsl(bytes)), "'");
  }
  static std::string Time(absl::Time time) {
    return absl::FormatTime("'%Y-%m-%d %H:%M:%E6S+00'", time, absl::UTCTimeZone());
  }
  static std::vector<std::pair<std::string, std::string>> Own() {
    return {{"{none}", "'{}'"}, {"{owner}", "user_id, "}, {"{owner's}", "{U}, "}};
  }
  static constexpr std::string_view kMore =
      "INSERT INTO order_references (reference, order_id, user_id) VALUES ('ref-{n}', {O}, {U});";

 private:
  servers::PostgresDatabase database_;
  RealClock clock_;
  const PostgresMigrator migrator_{{.url = database_.url()}, clock_};
};

template <typename Database>
std::string SqlOf(int step, Form form, const Family& family) {
  std::vector<std::pair<std::string, std::string>> literals = {
      {"{n}", std::to_string(step)},
      {"{parts}", form >= Form::kWithScopes ? "[[0,1,2,0]]" : "[[0,1,2]]"},
      {"{digest}", Database::Bytes(BytesOf(family.token.digest))},
      {"{hash}", Database::Bytes(BytesOf(family.event.hash))},
      {"{answer}", Database::Bytes(family.record.answer)},
      {"{P}", Database::Id(family.entries[0].id.uuid())},
      {"{H}", Database::Id(family.entries[1].id.uuid())}};
  for (const char letter : {'U', 'C', 'O', 'R', 'Q', 'S', 'D', 'X', 'E'}) {
    literals.emplace_back(StrCat("{", std::string(1, letter), "}"), Database::Id(UuidOf(letter, step)));
  }
  for (int second = 0; second < 10; ++second) {
    literals.emplace_back(StrCat("{t", second, "}"), Database::Time(At(second)));
  }
  const std::string sql =
      StrCat(kRows, Database::kMore, form >= Form::kWithContent ? kMessagesWithContent : kMessages,
             form >= Form::kWithSessions ? kSessions : "", form >= Form::kWithScopes ? kRefundLabels : "",
             form >= Form::kWithLedger ? kLedger : "");
  return absl::StrReplaceAll(absl::StrReplaceAll(sql, Database::Own()), literals);
}

// A database that was migrated version by version, with rows inserted after each migration.
template <typename Database>
struct MigratedDatabase {
  MigratedDatabase();
  // Reads every column of every table by an exporter. Compares the rows of the first `first_families`
  // migrations with the expected ones. A table that a later migration creates must be empty: the test has
  // migrated down below it.
  void CheckRows(int first_families);

  Database database;
  std::vector<Family> families;
};

template <typename Database>
MigratedDatabase<Database>::MigratedDatabase() {
  Sha256Digest hash{};
  for (const Form form : Database::kForms) {
    const int step = static_cast<int>(families.size()) + 1;
    REQUIRE(*database.migrator().Up(step) == std::vector{step});
    families.emplace_back(step, form, hash);
    hash = families.back().event.hash;
    database.Execute(SqlOf<Database>(step, form, families.back()));
  }
}

// Checks that every row occurs exactly once, in any order.
template <typename Row>
void CheckFound(const std::vector<Row>& found, const std::vector<Row>& expected) {
  for (const Row& row : expected) {
    CAPTURE(NameOf(row));
    CHECK(std::count(found.begin(), found.end(), row) == 1);
  }
}

// Returns the version of the migration that creates the table of a kind.
template <typename Database>
int CreationOf(RowKind kind) {
  if (kind != RowKind::kSessions && kind != RowKind::kThrottles) return 1;
  const auto& forms = Database::kForms;
  const auto creation = std::find(forms.begin(), forms.end(), Form::kWithSessions);
  return static_cast<int>(creation - forms.begin()) + 1;
}

template <typename Database>
void MigratedDatabase<Database>::CheckRows(int first_families) {
  const std::unique_ptr<StoreExporter> reader = database.Reader();
  std::array<std::size_t, kRowKinds> counts{};
  for (int i = 0; i < static_cast<int>(families.size()); ++i) {
    for (const RowBatch& batch : families[static_cast<std::size_t>(i)].Batches()) {
      std::visit(
          [&](const auto& expected) {
            const RowKind kind = KindOf(batch);
            const RowBatch all = Must(reader->Read(kind, "", 1000));
            if (first_families >= CreationOf<Database>(kind))
              counts[static_cast<std::size_t>(kind)] += expected.size();
            if (i < first_families) CheckFound(std::get<std::decay_t<decltype(expected)>>(all), expected);
          },
          batch);
    }
  }
  for (const RowKind kind : kAllRowKinds) {
    CAPTURE(TableName(kind));
    CHECK(CountOf(Must(reader->Read(kind, "", 1000))) == counts[static_cast<std::size_t>(kind)]);
  }
}

TEMPLATE_TEST_CASE("each migration keeps the rows of earlier schema versions", "[store]", Sqlite, Postgres) {
  MigratedDatabase<TestType> grown;
  // Fails if a migration has no entry in kForms.
  REQUIRE(std::size(TestType::kForms) == Must(grown.database.migrator().Status()).size());
  grown.CheckRows(static_cast<int>(grown.families.size()));
}

TEMPLATE_TEST_CASE("the service finds rows that were written in each schema version", "[store]", Sqlite,
                   Postgres) {
  MigratedDatabase<TestType> grown;
  const std::unique_ptr<Store> store = grown.database.Open();
  for (const Family& f : grown.families) {
    REQUIRE_OK(store->Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
      CHECK(Must(tx.users().FindByEmailKeyForUpdate(f.user.fields.email_key))->fields() == f.user.fields);
      CHECK(Must(tx.tokens().FindForUpdate(f.token.digest)) == f.token);
      CHECK(!Must(tx.cooldowns().TryStart(f.cooldown.key, At(8), At(9))));
      for (const SessionFields& session : f.sessions) {
        CHECK(Must(tx.sessions().FindForUpdate(session.id))->fields() == session);
      }
      for (const Throttle& throttle : f.throttles) {
        CHECK(Must(tx.throttles().FindForUpdate(throttle.key)) == throttle);
      }
      CHECK(Must(tx.orders().FindByReference(f.order.reference))->fields() == f.order);
      CHECK(Must(tx.refunds().Find(f.refund.id))->fields() == f.refund);
      for (const Message& message : f.messages) CHECK(Must(tx.messages().Find(message.id)) == message);
      CHECK(Must(tx.settings().Find(f.setting.name)) == f.setting.value);
      return absl::OkStatus();
    }));
    CHECK(Get(*store, [&](ReadTransaction& tx) { return tx.idempotency().Find(f.record.key); }) == f.record);
    const MessageFilter to_user{{}, f.user.fields.id, f.user.fields.email_key};
    CHECK(Get(*store, [&](ReadTransaction& tx) { return tx.messages().List(to_user, {}, 10); }).size() == 3);
  }
  OrderFilter of_label;
  of_label.label = {"channel", "web"};
  CHECK(Get(*store, [&](ReadTransaction& tx) { return tx.orders().List(of_label, {}, 10); }).size() ==
        grown.families.size());
  OrderFilter of_payment;
  of_payment.payment_reference = "pay-1";
  CHECK(Get(*store, [&](ReadTransaction& tx) { return tx.orders().List(of_payment, {}, 10); }).size() ==
        grown.families.size());
  RefundFilter of_desk;
  of_desk.label = {"desk", "7"};
  const auto with_labels = static_cast<std::size_t>(std::count_if(
      TestType::kForms.begin(), TestType::kForms.end(), [](Form form) { return form >= Form::kWithScopes; }));
  CHECK(Get(*store, [&](ReadTransaction& tx) { return tx.refunds().List(of_desk, {}, 10); }).size() ==
        with_labels);
  CHECK(IsWholeChain(AllEvents(*store)));
  const std::vector<Message> claimed =
      Do(*store, [](WriteTransaction& tx) { return tx.messages().Claim(At(3), At(99), 100); });
  CHECK(claimed.size() == grown.families.size());
  CHECK(Do(*store, [](WriteTransaction& tx) {
          return tx.expiry().DeleteExpired({At(0), At(0), At(1)}, 1000);
        }) == false);
}

TEMPLATE_TEST_CASE(
    "migrating down to each version and up again restores the schema and keeps that version's rows",
    "[store]", Sqlite, Postgres) {
  MigratedDatabase<TestType> grown;
  const std::vector<std::string> schema = grown.database.Schema();
  for (int to = static_cast<int>(grown.families.size()) - 1; to > 0; --to) {
    REQUIRE_OK(grown.database.migrator().Down(to).status());
    CHECK(grown.database.Schema() != schema);
    REQUIRE_OK(grown.database.migrator().Up().status());
    CHECK(grown.database.Schema() == schema);
    grown.CheckRows(to);
  }
  REQUIRE_OK(grown.database.migrator().Down(0).status());
  REQUIRE_OK(grown.database.migrator().Up().status());
  CHECK(grown.database.Schema() == schema);
}

TEMPLATE_TEST_CASE("a migration down fails while a zero-amount refund exists, and keeps the refund",
                   "[store]", Sqlite, Postgres) {
  constexpr int kZeroAmountRefunds = 4;
  TestType database;
  REQUIRE_OK(database.migrator().Up().status());
  RefundId id;
  {
    const std::unique_ptr<Store> store = database.Open();
    const Refund refund = With(SampleRefund(StoredOrder(*store)), [](RefundFields& f) {
      f.amount = f.shipping = 0;
      f.lines = {{0, 1, 0}};
    });
    REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) { return tx.refunds().Insert(refund); }));
    id = refund->id;
  }
  CHECK_FALSE(database.migrator().Down(kZeroAmountRefunds - 1).ok());
  REQUIRE_OK(database.migrator().Up().status());
  CHECK(Get(*database.Open(), [&](ReadTransaction& tx) { return tx.refunds().Find(id); }).has_value());
}

TEMPLATE_TEST_CASE("a migration down fails while an order has several payments, and keeps the payments",
                   "[store]", Sqlite, Postgres) {
  constexpr int kSeveralPayments = 8;
  TestType database;
  REQUIRE_OK(database.migrator().Up().status());
  OrderId id;
  {
    const std::unique_ptr<Store> store = database.Open();
    const Order order = With(SampleOrder(StoredUser(*store)->id), [](OrderFields& f) {
      f.payments = {{"recorded", "pay-1", 5, 0, 0, kT0}, {"stripe", "pay-2", 7, 0, 0, kT0}};
      f.payment_count = 2;
    });
    REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) { return tx.orders().Insert(order); }));
    id = order->id;
  }
  CHECK_FALSE(database.migrator().Down(kSeveralPayments - 1).ok());
  REQUIRE_OK(database.migrator().Up().status());
  const auto found = Get(*database.Open(), [&](ReadTransaction& tx) { return tx.orders().Find(id); });
  REQUIRE(found.has_value());
  CHECK(found->fields().payments.size() == 2);
}

TEMPLATE_TEST_CASE("orders that shared a payment before the migration keep it", "[store]", Sqlite, Postgres) {
  constexpr int kSeveralPayments = 8;
  TestType database;
  REQUIRE_OK(database.migrator().Up(kSeveralPayments - 1).status());
  std::vector<OrderId> ids;
  Sha256Digest hash{};
  for (int number : {1, 2}) {
    const Family family(number, Form::kWithScopes, hash);
    hash = family.event.hash;
    database.Execute(SqlOf<TestType>(number, Form::kWithScopes, family));
    ids.push_back(family.order.id);
  }
  REQUIRE_OK(database.migrator().Up().status());
  const std::unique_ptr<Store> store = database.Open();
  const std::vector<PaymentKey> keys = {{"recorded", "pay-1"}};
  const auto paid = Get(*store, [&](ReadTransaction& tx) { return tx.orders().FindPaidOrders(keys); });
  REQUIRE(paid.size() == 1);
  CHECK(std::count(ids.begin(), ids.end(), paid[0].order_id) == 1);
}

TEMPLATE_TEST_CASE("a user that SQL suspended before suspend_time existed has the time of the last update",
                   "[store]", Sqlite, Postgres) {
  constexpr int kSuspendTime = 5;
  TestType database;
  REQUIRE_OK(database.migrator().Up(kSuspendTime - 1).status());
  const Family family(1, Form::kWithContent, {});
  database.Execute(SqlOf<TestType>(1, Form::kWithContent, family));
  database.Execute("UPDATE users SET state = 2");
  REQUIRE_OK(database.migrator().Up().status());
  const UserFields& before = family.user.fields;
  const std::optional<User> user =
      Get(*database.Open(), [&](ReadTransaction& tx) { return tx.users().Find(before.id); });
  CHECK((*user)->suspend_time == before.update_time);
}

TEMPLATE_TEST_CASE("a migration down deletes the tokens that change an address, and keeps the other tokens",
                   "[store]", Sqlite, Postgres) {
  constexpr int kNewEmail = 5;
  TestType database;
  REQUIRE_OK(database.migrator().Up().status());
  EmailToken verify;
  verify.email_key = "owner@example.com";
  verify.expire_time = At(9);
  EmailToken change = verify;
  change.digest.fill(1);
  change.purpose = TokenPurpose::kChangeEmail;
  change.new_email = "New@example.com";
  {
    const std::unique_ptr<Store> store = database.Open();
    verify.user_id = change.user_id = StoredUser(*store)->id;
    for (const EmailToken& token : {verify, change}) {
      REQUIRE_OK(Write(*store, [&](WriteTransaction& tx) { return tx.tokens().Put(token); }));
    }
  }
  REQUIRE_OK(database.migrator().Down(kNewEmail - 1).status());
  REQUIRE_OK(database.migrator().Up().status());
  const std::unique_ptr<Store> store = database.Open();
  CHECK(Do(*store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(verify.digest); }) == verify);
  CHECK(!Do(*store, [&](WriteTransaction& tx) { return tx.tokens().FindForUpdate(change.digest); }));
}

TEMPLATE_TEST_CASE("the schema rejects a token without the address that its purpose needs", "[store]", Sqlite,
                   Postgres) {
  TestType database;
  REQUIRE_OK(database.migrator().Up().status());
  const std::unique_ptr<Store> store = database.Open();
  EmailToken token;
  token.user_id = StoredUser(*store)->id;
  token.expire_time = At(9);
  const auto put = [&](TokenPurpose purpose, const std::string& new_email) {
    token.purpose = purpose;
    token.new_email = new_email;
    return Write(*store, [&](WriteTransaction& tx) { return tx.tokens().Put(token); });
  };
  CHECK(absl::IsInternal(put(TokenPurpose::kChangeEmail, "")));
  CHECK(absl::IsInternal(put(TokenPurpose::kVerifyEmail, "new@example.com")));
  CHECK(put(TokenPurpose::kChangeEmail, "new@example.com").ok());
}

TEMPLATE_TEST_CASE("the schema rejects a message with contradictory fields", "[store]", Sqlite, Postgres) {
  TestType database;
  REQUIRE_OK(database.migrator().Up().status());
  const std::unique_ptr<Store> store = database.Open();
  const auto insert = [&](auto change) {
    Message message = SampleMessage(UserId());
    change(message);
    return Write(*store, [&](WriteTransaction& tx) { return tx.messages().Insert(message); });
  };
  CHECK(absl::IsInternal(insert([](Message& m) { m.pin_time = kT0; })));
  CHECK(absl::IsInternal(insert([](Message& m) { m.end_time = kT0; })));
  CHECK(absl::IsInternal(insert([](Message& m) { m.state = MessageState::kDead; })));
  CHECK(insert([](Message& m) {
          m.pinned_provider = "smtp";
          m.pin_time = kT0;
        }).ok());
}

TEMPLATE_TEST_CASE("a migration derives the refund status of an order from the refunded amount", "[store]",
                   Sqlite, Postgres) {
  constexpr int kRefundStatus = 6;
  TestType database;
  REQUIRE_OK(database.migrator().Up(kRefundStatus - 1).status());
  for (int step = 1; step <= 3; ++step) {
    const Family family(step, Form::kWithSessions, {});
    database.Execute(SqlOf<TestType>(step, Form::kWithSessions, family));
  }
  database.Execute(StrCat("UPDATE orders SET refunded = 4 WHERE id = ", TestType::Id(UuidOf('O', 2))));
  database.Execute(StrCat("UPDATE orders SET refunded = 12, refund_pending = 0 WHERE id = ",
                          TestType::Id(UuidOf('O', 3))));
  REQUIRE_OK(database.migrator().Up().status());
  const std::unique_ptr<Store> store = database.Open();
  for (int step = 1; step <= 3; ++step) {
    const OrderId id(UuidOf('O', step));
    const auto status = static_cast<RefundStatus>(step);
    CHECK((*Get(*store, [&](ReadTransaction& tx) { return tx.orders().Find(id); }))->refund_status == status);
    OrderFilter filter;
    filter.refund_statuses = {status};
    const auto listed = Get(*store, [&](ReadTransaction& tx) { return tx.orders().List(filter, {}, 10); });
    REQUIRE(listed.size() == 1);
    CHECK(listed[0]->id == id);
  }
}

// Returns the types of the order's entries, newest first.
std::vector<LedgerEntryType> TypesOf(Store& store, OrderId id) {
  LedgerFilter filter;
  filter.order_id = id;
  std::vector<LedgerEntryType> types;
  for (const LedgerEntry& entry :
       Get(store, [&](ReadTransaction& tx) { return tx.ledger().List(filter, {}, 10); })) {
    types.push_back(entry.type);
  }
  return types;
}

TEMPLATE_TEST_CASE("a migration derives ledger entries from orders and refunds in every state", "[store]",
                   Sqlite, Postgres) {
  constexpr int kLedgerVersion = 9;
  using enum LedgerEntryType;
  TestType database;
  REQUIRE_OK(database.migrator().Up(kLedgerVersion - 1).status());
  constexpr int kOrders = 6;
  for (int step = 1; step <= kOrders; ++step) {
    const Family family(step, Form::kWithScopes, {});
    database.Execute(SqlOf<TestType>(step, Form::kWithScopes, family));
  }
  const auto set = [&](char letter, int step, const std::string& assignments) {
    database.Execute(StrCat("UPDATE ", letter == 'O' ? "orders" : "refunds", " SET ", assignments,
                            " WHERE id = ", TestType::Id(UuidOf(letter, step))));
  };
  const std::string settled = StrCat("due_time = NULL, settle_time = ", TestType::Time(At(7)));
  set('R', 2, StrCat("state = 4, ", settled));
  set('O', 2, "refunded = 3, refund_pending = 0");
  set('R', 3, StrCat("state = 5, ", settled));
  set('O', 3, "refund_pending = 0");
  set('R', 4, StrCat("state = 6, due_time = NULL, decide_time = ", TestType::Time(At(6))));
  set('O', 4, "refund_pending = 0");
  set('R', 5, "amount = 0, shipping = 0");
  set('O', 5, "refund_pending = 0");
  set('R', 6, "amount = 0, shipping = 0");
  set('O', 6,
      "state = 1, paid = 0, refund_pending = 0, pay_time = NULL, ship_time = NULL, deliver_time = NULL");
  REQUIRE_OK(database.migrator().Up().status());

  const std::unique_ptr<Store> store = database.Open();
  using Types = std::vector<LedgerEntryType>;
  const auto types = [&](int step) { return TypesOf(*store, OrderId(UuidOf('O', step))); };
  CHECK(types(1) == Types{kPayment, kRefundHold});
  CHECK(types(2) == Types{kRefundPayout, kPayment, kRefundHold});
  CHECK(types(3) == Types{kRefundRelease, kPayment, kRefundHold});
  CHECK(types(4) == Types{kRefundRelease, kPayment, kRefundHold});
  CHECK(types(5) == Types{kPayment});
  CHECK(types(6).empty());
  for (int step = 1; step <= kOrders; ++step) {
    LedgerFilter filter;
    filter.order_id = OrderId(UuidOf('O', step));
    LedgerTotals totals;
    for (const LedgerEntry& entry :
         Get(*store, [&](ReadTransaction& tx) { return tx.ledger().List(filter, {}, 10); })) {
      totals.Add(entry);
    }
    const Order order = *Get(*store, [&](ReadTransaction& tx) { return tx.orders().Find(*filter.order_id); });
    CHECK(totals == LedgerTotals{order->paid, order->refunded, order->refund_pending});
  }
}

}  // namespace
}  // namespace keelson
