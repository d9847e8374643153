#include "registry/store/sqlite_store.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>

#include "store_contract.h"

namespace countersign::registry::store {
namespace {

using base::ErrorCode;

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() {
    std::string pattern = (std::filesystem::temp_directory_path() / "countersign-store-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~SqliteBackend() override { std::filesystem::remove_all(directory_); }
  std::unique_ptr<Store> open(const base::Clock& clock) override {
    if (!std::filesystem::exists(path())) {
      EXPECT_EQ(code_of(SqliteStore::create(path(), clock)), std::nullopt);
    }
    auto store = SqliteStore::open(path(), clock, 3);
    EXPECT_EQ(code_of(store), std::nullopt);
    return *std::move(store);
  }
  [[nodiscard]] std::string path() const { return directory_ / "registry.db"; }

 private:
  std::filesystem::path directory_;
};

}  // namespace

std::vector<Factory> all_stores() {
  return {[]() -> std::unique_ptr<Backend> { return std::make_unique<SqliteBackend>(); }};
}

namespace {

TEST_P(StoreContract, DataOutlivesTheObject) {
  add_user("alice");
  ASSERT_TRUE(store_->set_meta("signing_key", "SHA256:x").has_value());
  ASSERT_TRUE(store_->set_meta("signing_key", "SHA256:y").has_value());
  store_.reset();
  store_ = backend_->open(clock_);
  EXPECT_EQ(*store_->meta("signing_key"), "SHA256:y");
  EXPECT_TRUE(store_->user(user_name("alice")).has_value());
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, ::testing::ValuesIn(all_stores()));

TEST(SqliteStore, TheFileIsPrivateAndMadeOnce) {
  SqliteBackend backend;
  const FakeClock clock;
  ::umask(0);
  ASSERT_EQ(code_of(SqliteStore::create(backend.path(), clock)), std::nullopt);
  EXPECT_EQ(code_of(SqliteStore::create(backend.path(), clock)), ErrorCode::already_exists);
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(backend.path()).parent_path())) {
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << entry.path();
  }
}

TEST(SqliteStore, NoFileIsNotFoundAndIsNotMade) {
  const SqliteBackend backend;
  const FakeClock clock;
  EXPECT_EQ(code_of(SqliteStore::open(backend.path(), clock, 1)), ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(backend.path()));
}

void stamp(const std::string& path, const char* pragma) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, pragma, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
}

TEST(SqliteStore, ANewerOrForeignFileIsRefused) {
  const SqliteBackend newer;
  const FakeClock clock;
  ASSERT_EQ(code_of(SqliteStore::create(newer.path(), clock)), std::nullopt);
  stamp(newer.path(), "PRAGMA user_version = 99");
  EXPECT_EQ(code_of(SqliteStore::open(newer.path(), clock, 1)), ErrorCode::bad_config);
  const SqliteBackend foreign;
  stamp(foreign.path(), "PRAGMA user_version = 1; CREATE TABLE t (x)");
  EXPECT_EQ(code_of(SqliteStore::open(foreign.path(), clock, 1)), ErrorCode::bad_config);
}

TEST(SqliteStore, ARowThatSomebodyElseWroteIsAnError) {
  SqliteBackend backend;
  const FakeClock clock;
  const auto store = backend.open(clock);
  stamp(backend.path(), "INSERT INTO users VALUES ('-bad', '*', 0, 0, 1, 0)");
  EXPECT_EQ(code_of(store->users()), ErrorCode::io_error);
}

// A database of the first release gets the new tables, and its approvers the new rules.
TEST(SqliteStore, AnOlderDatabaseIsBroughtForward) {
  SqliteBackend backend;
  FakeClock clock;
  ASSERT_NE(backend.open(clock), nullptr);
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(backend.path().c_str(), &handle), SQLITE_OK);
  const char* const back =
      "DROP TRIGGER approver_added; DROP TRIGGER approver_removed; DROP TABLE push_subscriptions; DROP TABLE counters; "
      "DROP TABLE notices; DROP TABLE pairings; DROP TABLE nonces; PRAGMA user_version = 1; INSERT INTO users VALUES "
      "('alice', '*', 0, 0, 1, 1); "
      "INSERT INTO approvers VALUES (1, 'alice', 'SHA256:a', 'k', 'hardware', NULL, '', 1, 'ZW5k');";
  ASSERT_EQ(sqlite3_exec(handle, back, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
  const auto store = backend.open(clock);
  EXPECT_TRUE(store->take_notices(10)->empty());
  ASSERT_EQ(code_of(store->remove_approver(user_name("alice"), "SHA256:a", kPlainRemoval)), std::nullopt);
  EXPECT_EQ(store->take_notices(10)->size(), 1U);
}

}  // namespace
}  // namespace countersign::registry::store
