#include "registry/store/sqlite_store.h"

#include "registry/store/schema.h"
#include "registry/store/sqlite_impl.h"

namespace countersign::registry::store {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Result<std::unique_ptr<Store>> open_all(const std::string& path, const base::Clock& clock, Database::Open how,
                                        unsigned connections) {
  std::vector<std::unique_ptr<Database>> databases;
  for (unsigned i = 0; i < connections; ++i) {
    auto database = Database::open(path, i == 0 ? how : Database::Open::existing);
    if (!database) return database.error();
    if (i == 0) {
      const auto prepared = prepare_schema(**database);
      if (!prepared) return prepared.error().within(path);
    }
    databases.push_back(*std::move(database));
  }
  return std::unique_ptr<Store>(std::make_unique<SqliteImpl>(std::move(databases), clock));
}

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::create(const std::string& path, const base::Clock& clock) {
  return open_all(path, clock, Database::Open::create, 1);
}

Result<std::unique_ptr<Store>> SqliteStore::open(const std::string& path, const base::Clock& clock,
                                                 unsigned connections) {
  return open_all(path, clock, Database::Open::existing, connections);
}

SqliteImpl::Lease::Lease(SqliteImpl& owner) : owner_(owner) {
  std::unique_lock lock(owner_.mutex_);
  owner_.freed_.wait(lock, [this] { return !owner_.idle_.empty(); });
  database_ = owner_.idle_.back();
  owner_.idle_.pop_back();
}

SqliteImpl::Lease::~Lease() {
  {
    const std::lock_guard lock(owner_.mutex_);
    owner_.idle_.push_back(database_);
  }
  owner_.freed_.notify_one();
}

std::int64_t seconds(base::Time time) { return time.time_since_epoch().count(); }
base::Time time_of(std::int64_t seconds) { return base::Time{base::Seconds{seconds}}; }

std::optional<std::int64_t> seconds(const std::optional<base::Time>& time) {
  return time ? std::optional(seconds(*time)) : std::nullopt;
}

std::optional<base::Time> optional_time(const Query& query, int column) {
  return query.is_null(column) ? std::nullopt : std::optional(time_of(query.integer(column)));
}

std::optional<std::string> optional_text(const Query& query, int column) {
  return query.is_null(column) ? std::nullopt : std::optional(query.text(column));
}

Error broken_row(const Error& error) {
  return Error(ErrorCode::io_error, "database: a row does not parse: " + error.detail);
}

Result<std::string> SqliteImpl::meta(const std::string& key) {
  const Lease db(*this);
  auto query = db->query("SELECT value FROM meta WHERE key = ?");
  const auto row = query.with(std::string_view(key)).step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_found, "meta: " + key);
  return query.text(0);
}

Result<void> SqliteImpl::set_meta(const std::string& key, const std::string& value) {
  const Lease db(*this);
  auto query =
      db->query("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  return query.with(std::string_view(key)).with(std::string_view(value)).run();
}

}  // namespace countersign::registry::store
