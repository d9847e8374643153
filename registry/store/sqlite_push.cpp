#include "registry/store/sqlite_impl.h"

namespace countersign::registry::store {

using base::Result;
using base::UserName;

namespace {

// What stands in the schema's check, too.
constexpr std::string_view kAdded = "approver-added";

Result<Notice> notice_row(const Query& query, base::Time now) {
  auto user = UserName::parse(query.text(1));
  if (!user) return broken_row(user.error());
  const auto what = query.text(2) == kAdded ? Notice::What::approver_added : Notice::What::approver_removed;
  return Notice{*std::move(user), what, query.text(3), query.text(4), optional_time(query, 5).value_or(now)};
}

}  // namespace

Result<void> SqliteImpl::put_push(const PushSubscription& subscription) {
  const Lease db(*this);
  auto query = db->query(
      "INSERT INTO push_subscriptions (user, fingerprint, endpoint, p256dh, auth) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
      "(user, fingerprint) DO UPDATE SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth");
  query.with(std::string_view(subscription.user.str())).with(std::string_view(subscription.fingerprint));
  query.with(std::string_view(subscription.endpoint));
  return query.with(std::string_view(subscription.p256dh)).with(std::string_view(subscription.auth)).run();
}

Result<void> SqliteImpl::remove_push(const UserName& name, const std::string& fingerprint) {
  const Lease db(*this);
  auto query = db->query("DELETE FROM push_subscriptions WHERE user = ? AND fingerprint = ?");
  return query.with(std::string_view(name.str())).with(std::string_view(fingerprint)).run();
}

Result<void> SqliteImpl::forget_push(const PushSubscription& subscription) {
  const Lease db(*this);
  auto query = db->query("DELETE FROM push_subscriptions WHERE user = ? AND fingerprint = ? AND endpoint = ?");
  query.with(std::string_view(subscription.user.str())).with(std::string_view(subscription.fingerprint));
  return query.with(std::string_view(subscription.endpoint)).run();
}

Result<std::vector<PushSubscription>> SqliteImpl::pushes(const UserName& name) {
  const Lease db(*this);
  auto query = db->query(
      "SELECT fingerprint, endpoint, p256dh, auth FROM push_subscriptions WHERE user = ? ORDER BY fingerprint");
  query.with(std::string_view(name.str()));
  std::vector<PushSubscription> all;
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return all;
    all.push_back({name, query.text(0), query.text(1), query.text(2), query.text(3)});
  }
}

Result<std::vector<Notice>> SqliteImpl::take_notices(std::size_t most) {
  const Lease db(*this);
  std::vector<Notice> taken;
  std::int64_t last = 0;
  // Nearly always there are none, and then nothing is written.
  const auto any = db->query("SELECT 1 FROM notices LIMIT 1").step();
  if (!any) return any.error();
  if (!*any) return taken;
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun().error();
  auto query = db->query("SELECT id, user, what, fingerprint, label, at FROM notices ORDER BY id LIMIT ?");
  query.with(static_cast<std::int64_t>(most));
  for (;;) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) break;
    auto notice = notice_row(query, clock_.now());
    if (!notice) return notice.error();
    last = query.integer(0);
    taken.push_back(*std::move(notice));
  }
  const auto removed = db->query("DELETE FROM notices WHERE id <= ?").with(last).run();
  if (!removed) return removed.error();
  const auto committed = transaction.commit();
  if (!committed) return committed.error();
  return taken;
}

Result<std::uint32_t> SqliteImpl::swap_counter(const UserName& name, const std::string& fingerprint,
                                               std::uint32_t counter) {
  const Lease db(*this);
  Transaction transaction(*db);
  if (!transaction.begun()) return transaction.begun().error();
  auto read = db->query("SELECT counter FROM counters WHERE user = ? AND fingerprint = ?");
  const auto row = read.with(std::string_view(name.str())).with(std::string_view(fingerprint)).step();
  if (!row) return row.error();
  const auto before = *row ? static_cast<std::uint32_t>(read.integer(0)) : 0;
  auto write = db->query(
      "INSERT INTO counters (user, fingerprint, counter) VALUES (?, ?, ?) ON CONFLICT (user, fingerprint) DO UPDATE "
      "SET counter = excluded.counter");
  write.with(std::string_view(name.str())).with(std::string_view(fingerprint));
  const auto written = write.with(std::int64_t{counter}).run();
  if (!written) return written.error();
  const auto committed = transaction.commit();
  if (!committed) return committed.error();
  return before;
}

}  // namespace countersign::registry::store
