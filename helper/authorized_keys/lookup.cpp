#include "helper/authorized_keys/lookup.h"

#include <utility>

namespace countersign::authorized_keys {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using host::CourierStatus;
using host::Miss;
using policy::VerifiedRecord;
using Writer = host::RecordCache::Writer;

policy::RecordExpectation expectation(const Surroundings& around, const base::UserName& user, base::Time now) {
  return {.user = user, .scope = around.identity, .now = now, .max_life = around.max_life};
}

// What a record that is no longer valid still proves: it was valid once, so nothing older may come after it.
std::optional<policy::Floor> floor_of(const Surroundings& around, const base::UserName& user, std::string_view text) {
  const auto record = statement::Record::parse(text);
  if (!record) return std::nullopt;
  const base::Time then = record->fields().issued;
  const auto verified = policy::verify_record(text, expectation(around, user, then), around.signers);
  if (!verified) return std::nullopt;
  const auto floor = policy::advance_floor(std::nullopt, *verified, then);
  return floor ? std::optional(*floor) : std::nullopt;
}

Lookup serve(Source source, VerifiedRecord record) {
  Lookup found;
  found.source = source;
  found.record = std::move(record);
  return found;
}

// Asking failed: the cached record, if it may serve, and why.
Lookup serve_stale(CacheView&& view, Error trouble) {
  Lookup found = view.serves() ? serve(Source::stale, std::move(*view.record)) : Lookup();
  found.trouble = std::move(trouble);
  return found;
}

// Without asking: a fresh record, or what a moment ago could not be had.
std::optional<Lookup> serve_at_once(const Surroundings& around, const base::UserName& user, CacheView& view) {
  if (view.fresh) return serve(Source::fresh, std::move(*view.record));
  const auto miss = around.cache.miss(user, around.clock.now());
  if (!miss) return std::nullopt;
  Lookup found;
  if (*miss == Miss::failed) {
    found = serve_stale(std::move(view), Error(ErrorCode::registry_unreachable, "asking failed a moment ago"));
  } else {
    found.trouble = Error(ErrorCode::record_unknown, "the registry said so a moment ago");
  }
  found.remembered = miss;
  return found;
}

// The lock where there is one; without it nothing is kept, and asking goes on.
class Keeper {
 public:
  explicit Keeper(Writer* writer) : writer_(writer) {}

  template <typename Action>
  void keep(Lookup& found, Action action) {
    if (writer_ == nullptr) return;
    if (const Result<void> kept = action(*writer_); !kept && !found.not_stored) found.not_stored = kept.error();
  }

 private:
  Writer* writer_;
};

Lookup take_record(const Surroundings& around, const base::UserName& user, const std::string& text, CacheView&& view,
                   Keeper keeper) {
  Result<VerifiedRecord> record = verify_fetched(around, user, text, view);
  if (!record) {
    Lookup found = serve_stale(std::move(view), record.error().within("the registry's record"));
    keeper.keep(found, [](Writer& writer) { return writer.note(Miss::failed); });
    return found;
  }
  Lookup found = serve(Source::fetched, std::move(*record));
  keeper.keep(found, [&](Writer& writer) { return writer.store(text); });
  return found;
}

Lookup take_unknown(const host::CourierReply& reply, Keeper keeper) {
  Lookup found;
  found.trouble = Error(ErrorCode::record_unknown, reply.detail);
  keeper.keep(found, [](Writer& writer) { return writer.withdraw(); });
  keeper.keep(found, [](Writer& writer) { return writer.note(Miss::unknown); });
  return found;
}

Lookup take_reply(const Surroundings& around, const base::UserName& user, const Result<host::CourierReply>& reply,
                  CacheView&& view, Keeper keeper) {
  if (reply && reply->status == CourierStatus::ok) {
    return take_record(around, user, reply->statements, std::move(view), keeper);
  }
  if (reply && reply->status == CourierStatus::unknown) return take_unknown(*reply, keeper);
  if (reply && reply->status == CourierStatus::unchanged && view.record) {
    Lookup found = serve(Source::confirmed, std::move(*view.record));
    keeper.keep(found, [&](Writer& writer) { return writer.confirm(around.clock.now()); });
    return found;
  }
  Error trouble = reply ? Error(reply->reason.value_or(ErrorCode::courier_failed), reply->detail) : reply.error();
  Lookup found = serve_stale(std::move(view), std::move(trouble));
  keeper.keep(found, [](Writer& writer) { return writer.note(Miss::failed); });
  return found;
}

}  // namespace

std::string_view to_string(Source source) {
  switch (source) {
    case Source::nothing: return "none";
    case Source::fresh: return "cache";
    case Source::confirmed: return "cache_confirmed";
    case Source::fetched: return "registry";
    case Source::stale: return "cache_stale";
  }
  return "none";
}

CacheView view_cache(const Surroundings& around, const base::UserName& user) {
  CacheView view;
  const auto cached = around.cache.read(user);
  if (!cached) {
    view.unreadable = cached.error();
    return view;
  }
  const base::Time now = around.clock.now();
  view.confirmed = cached->confirmed;
  view.withdrawn = cached->withdrawn;
  Result<VerifiedRecord> record = policy::verify_record(cached->text, expectation(around, user, now), around.signers);
  if (!record) {
    view.refused = record.error();
    view.floor = floor_of(around, user, cached->text);
    return view;
  }
  const auto floor = policy::advance_floor(std::nullopt, *record, now);
  if (!floor) {
    view.refused = floor.error();
    return view;
  }
  view.floor = *floor;
  view.record = std::move(*record);
  view.fresh = host::is_fresh(*cached, around.fresh, now);
  return view;
}

Result<VerifiedRecord> verify_fetched(const Surroundings& around, const base::UserName& user, std::string_view text,
                                      const CacheView& known) {
  const base::Time now = around.clock.now();
  Result<VerifiedRecord> record = policy::verify_record(text, expectation(around, user, now), around.signers);
  if (!record) return record;
  if (const auto floor = policy::advance_floor(known.floor, *record, now); !floor) return floor.error();
  return record;
}

Lookup look_up(const Surroundings& around, const base::UserName& user) {
  CacheView view = view_cache(around, user);
  if (auto found = serve_at_once(around, user, view)) return std::move(*found);

  Result<Writer> writer = around.cache.lock(user, around.deadline);
  if (!writer && writer.error().code == ErrorCode::deadline_passed) {
    return serve_stale(std::move(view), writer.error());
  }
  if (writer) {  // another look-up may have asked meanwhile
    view = view_cache(around, user);
    if (auto found = serve_at_once(around, user, view)) return std::move(*found);
  }
  const auto etag = view.record ? std::optional(view.record->hash().str()) : std::nullopt;
  Lookup found = take_reply(around, user, around.ask(etag), std::move(view), Keeper(writer ? &*writer : nullptr));
  if (!writer) found.not_stored = writer.error();
  return found;
}

}  // namespace countersign::authorized_keys
