#include "helper/authorized_keys/explain.h"

#include <string_view>

#include "common/keys/authorized_keys.h"
#include "common/log/clean.h"
#include "common/statement/values.h"

namespace countersign::authorized_keys {
namespace {

using base::Error;
using base::Result;
using host::CourierStatus;
using policy::VerifiedRecord;

// A heading and lines below it, aligned.
class Page {
 public:
  void section(std::string_view name) { name_ = name; }
  void line(std::string_view text) {
    constexpr std::size_t kColumn = 10;
    text_.append(name_).append(kColumn - std::min(kColumn, name_.size()), ' ');
    text_.append(log::clean_for_terminal(text)).append("\n");
    name_ = {};
  }
  void line(const Error& error) { line(base::to_string(error)); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

std::string ago(base::Time then, base::Time now) {
  const auto passed = now - then;
  if (passed < -host::kClockSlack) return "in the future, so it does not count";
  return base::format_duration(std::max(passed, base::Seconds(0))) + " ago";
}

std::string signer_of(const VerifiedRecord& record, const keys::Signers& signers) {
  const base::Bytes& blob = record.record().signature().public_key;
  std::string text = "signed by " + crypto::fingerprint(blob);
  for (const keys::SignerLine& line : signers.lines()) {
    if (line.key.blob() == blob) return text + " (line " + std::to_string(line.number) + " of the signers)";
  }
  return text;
}

void describe(Page& page, const VerifiedRecord& record, const keys::Signers& signers) {
  page.line("serial " + std::to_string(record->serial) + ", issued " + base::format_time(record->issued) +
            ", expires " + base::format_time(record->expires));
  page.line("for hosts: " + record->hosts.str());
  page.line(signer_of(record, signers));
}

void show_cache(Page& page, const Surroundings& around, const CacheView& view) {
  page.section("cache");
  if (view.unreadable) {
    if (view.unreadable->code == base::ErrorCode::not_found) return page.line("holds no record of this user");
    return page.line(*view.unreadable);
  }
  if (view.refused) {
    page.line("holds a record that is not valid here and now:");
    return page.line(*view.refused);
  }
  describe(page, *view.record, around.signers);
  if (view.withdrawn) return page.line("the registry has said since that it knows no such user: it is not served");
  page.line("confirmed by the registry " + base::format_time(view.confirmed) + ", " +
            ago(view.confirmed, around.clock.now()) +
            (view.fresh ? ": fresh, so nobody is asked" : ": not fresh any more, so the registry is asked"));
}

void show_miss(Page& page, std::optional<host::Miss> miss) {
  if (!miss) return;
  page.section("memory");
  page.line(*miss == host::Miss::failed
                ? "asking the registry failed within the last 15 s: a login does not ask now"
                : "the registry knew no such user within the last 10 s: a login does not ask now");
}

// What the registry sends now, when it is a record that a login could be served from.
std::optional<VerifiedRecord> show_registry(Page& page, const Surroundings& around, const base::UserName& user,
                                            const CacheView& view, const Result<host::CourierReply>& reply) {
  page.section("registry");
  if (!reply) return page.line(reply.error()), std::nullopt;
  const std::string detail = reply->detail.empty() ? "" : " (" + reply->detail + ")";
  switch (reply->status) {
    case CourierStatus::unchanged: page.line("says that the record in the cache is current"); break;
    case CourierStatus::unknown: page.line("knows no such user on this host" + detail); break;
    case CourierStatus::ended:
    case CourierStatus::failed:
      page.line("could not be asked: " + std::string(base::to_string(*reply->reason)) + detail);
      break;
    case CourierStatus::ok: {
      Result<VerifiedRecord> record = verify_fetched(around, user, reply->statements, view);
      if (record) {
        page.line("sends a record that is valid here:");
        describe(page, *record, around.signers);
        return std::move(*record);
      }
      page.line("sends a record that is refused:");
      page.line(record.error());
      break;
    }
  }
  return std::nullopt;
}

void show_keys(Page& page, const VerifiedRecord& record) {
  page.section("keys");
  if (record->login_keys.empty()) page.line("none: the record lists no login key");
  for (const statement::LoginKey& login_key : record->login_keys) {
    const keys::AuthorizedKey& line = login_key.line;
    std::string text = line.key.fingerprint() + " " + std::string(line.key.type_name());
    if (login_key.person) text += ", person " + login_key.person->str();
    if (!line.options.empty()) {
      const std::string printed = keys::print_record_key(line);
      text += ", options " + printed.substr(0, printed.rfind(' ', printed.rfind(' ') - 1));
    }
    page.line(text);
  }
}

std::string_view verdict(const Lookup& found) {
  switch (found.source) {
    case Source::fresh: return "these keys, from the cache, without asking";
    case Source::confirmed: return "these keys, from the cache, after asking";
    case Source::fetched: return "these keys, from the registry";
    case Source::stale: return "these keys, from the cache, because asking fails; until the record expires";
    case Source::nothing: return "no keys";
  }
  return "no keys";
}

// What look_up() decides, from the same parts, without its writing.
Lookup foresee(CacheView&& view, std::optional<host::Miss> miss, const Result<host::CourierReply>& reply,
               std::optional<VerifiedRecord>&& fetched) {
  Lookup found;
  const auto serve = [&](Source source, std::optional<VerifiedRecord>&& record) {
    found.source = source;
    found.record = std::move(record);
  };
  const bool unknown = miss ? *miss == host::Miss::unknown : reply && reply->status == CourierStatus::unknown;
  if (view.fresh) {
    serve(Source::fresh, std::move(view.record));
  } else if (!miss && fetched) {
    serve(Source::fetched, std::move(fetched));
  } else if (!miss && reply && reply->status == CourierStatus::unchanged && view.record) {
    serve(Source::confirmed, std::move(view.record));
  } else if (!unknown && view.serves()) {
    serve(Source::stale, std::move(view.record));
  }
  return found;
}

}  // namespace

std::string explain(const Surroundings& around, const base::UserName& user) {
  Page page;
  page.section("user");
  std::string groups;
  for (const base::GroupName& group : around.identity.groups) groups += " @" + group.str();
  page.line(user.str() + " on " + around.identity.host.str() + (groups.empty() ? "" : ", which is in" + groups));

  CacheView view = view_cache(around, user);
  show_cache(page, around, view);
  const auto miss = around.cache.miss(user, around.clock.now());
  if (!view.fresh) show_miss(page, miss);
  const auto etag = view.record ? std::optional(view.record->hash().str()) : std::nullopt;
  const Result<host::CourierReply> reply = around.ask(etag);
  std::optional<VerifiedRecord> fetched = show_registry(page, around, user, view, reply);

  const Lookup found = foresee(std::move(view), miss, reply, std::move(fetched));
  if (found.record) show_keys(page, *found.record);
  page.section("result");
  page.line("a login now gets " + std::string(verdict(found)));
  return page.take();
}

}  // namespace countersign::authorized_keys
