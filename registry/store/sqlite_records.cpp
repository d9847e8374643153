#include <algorithm>

#include "registry/store/sqlite_impl.h"

namespace countersign::registry::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UserName;

namespace {

Result<std::int64_t> last_serial(Database& database, const UserName& name) {
  auto query = database.query("SELECT last FROM serials WHERE user = ?");
  const auto row = query.with(std::string_view(name.str())).step();
  if (!row) return row.error();
  return *row ? query.integer(0) : 0;
}

Result<void> set_last_serial(Database& database, const UserName& name, std::int64_t serial) {
  auto query = database.query(
      "INSERT INTO serials (user, last) VALUES (?, ?) ON CONFLICT (user) DO UPDATE SET last = excluded.last");
  return query.with(std::string_view(name.str())).with(serial).run();
}

// No row changes when the stored record is as new: the caller's was overtaken.
Result<void> write_record(Database& database, const UserName& name, const Record& record) {
  auto query = database.query(
      "INSERT INTO records (user, serial, revision, issued, expires, text) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (user) DO UPDATE SET serial = excluded.serial, revision = excluded.revision, issued = "
      "excluded.issued, "
      "expires = excluded.expires, text = excluded.text WHERE excluded.serial > records.serial");
  query.with(std::string_view(name.str())).with(record.serial).with(record.revision).with(seconds(record.issued));
  const auto written = query.with(seconds(record.expires)).with(std::string_view(record.text)).run();
  if (!written) return written;
  if (database.changes() == 0)
    return Error(ErrorCode::record_rolled_back, "a record with this or a higher serial is stored");
  return {};
}

}  // namespace

Result<std::int64_t> SqliteImpl::take_serial(const UserName& name, std::int64_t now_unix_ms) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun().error();
  const auto last = last_serial(*db, name);
  if (!last) return last.error();
  const std::int64_t serial = std::max(*last + 1, now_unix_ms);
  const auto set = set_last_serial(*db, name, serial);
  if (!set) return set.error();
  const auto committed = transaction.commit();
  if (!committed) return committed.error();
  return serial;
}

Result<Record> SqliteImpl::record(const UserName& name) {
  const Lease db(*this);
  auto query = db->query("SELECT serial, revision, issued, expires, text FROM records WHERE user = ?");
  const auto row = query.with(std::string_view(name.str())).step();
  if (!row) return row.error();
  if (!*row) return Error(ErrorCode::not_found, "no record of " + name.str());
  return Record{query.integer(0), query.integer(1), time_of(query.integer(2)), time_of(query.integer(3)),
                query.text(4)};
}

Result<void> SqliteImpl::put_record(const UserName& name, const Record& record) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto exists = read_user(*db, name);
  if (!exists) return exists.error();
  const auto written = write_record(*db, name, record);
  if (!written) return written;
  return transaction.commit();
}

Result<void> SqliteImpl::import_record(const UserName& name, const std::string& hosts, const Record& record) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun();
  const auto last = last_serial(*db, name);
  if (!last) return last.error();
  if (record.serial <= *last) {
    return Error(ErrorCode::record_rolled_back, "the newest serial of " + name.str() + " is " + std::to_string(*last));
  }
  auto user = db->query(
      "INSERT INTO users (name, hosts, disabled, offline, revision, created) VALUES (?, ?, 0, 1, 1, ?) "
      "ON CONFLICT (name) DO UPDATE SET hosts = excluded.hosts, offline = 1, revision = revision + 1");
  const auto made =
      user.with(std::string_view(name.str())).with(std::string_view(hosts)).with(seconds(clock_.now())).run();
  if (!made) return made;
  const auto written = write_record(*db, name, record);
  if (!written) return written;
  const auto taken = set_last_serial(*db, name, record.serial);
  if (!taken) return taken;
  return transaction.commit();
}

}  // namespace countersign::registry::store
