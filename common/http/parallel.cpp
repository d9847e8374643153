#include "common/http/parallel.h"

#include <algorithm>
#include <limits>
#include <map>

#include "common/http/transfer.h"

namespace countersign::http {

using base::Error;
using base::ErrorCode;
using base::Result;

struct Parallel::State {
  struct Entry {
    std::uint64_t id;
    std::unique_ptr<Transfer> transfer;
  };

  ~State() {
    for (const auto& [easy, entry] : entries) (void)curl_multi_remove_handle(multi.get(), easy);
  }

  std::vector<Ended> take_ended() {
    std::vector<Ended> ended;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode outcome = message->data.result;
      auto entry = entries.extract(message->easy_handle);
      (void)curl_multi_remove_handle(multi.get(), entry.key());
      ended.push_back({entry.mapped().id, entry.mapped().transfer->finish(outcome)});
    }
    return ended;
  }

  MultiPtr multi;
  std::map<CURL*, Entry> entries;
};

Parallel::Parallel(std::unique_ptr<State> state) : state_(std::move(state)) {}
Parallel::Parallel(Parallel&&) noexcept = default;
Parallel& Parallel::operator=(Parallel&&) noexcept = default;
Parallel::~Parallel() = default;

Result<Parallel> Parallel::create() {
  if (const auto ok = start_libcurl(); !ok) return ok.error();
  auto state = std::make_unique<State>();
  state->multi.reset(curl_multi_init());
  if (!state->multi) return Error(ErrorCode::internal, "libcurl gives no handle");
  return Parallel(std::move(state));
}

Result<void> Parallel::start(std::uint64_t id, const base::Origin& origin, Request request,
                             const ClientOptions& options, base::Milliseconds timeout) {
  auto transfer = Transfer::make(origin, std::move(request), options, timeout);
  if (!transfer) return transfer.error();
  CURL* const easy = (*transfer)->easy();
  if (curl_multi_add_handle(state_->multi.get(), easy) != CURLM_OK) return Error(ErrorCode::internal, "libcurl");
  state_->entries.emplace(easy, State::Entry{id, *std::move(transfer)});
  return {};
}

std::vector<Parallel::Ended> Parallel::wait(base::Milliseconds longest) {
  int running = 0;
  (void)curl_multi_perform(state_->multi.get(), &running);  // a fault of one transfer comes with its end
  auto ended = state_->take_ended();
  if (!ended.empty()) return ended;
  const auto most = std::clamp<std::int64_t>(longest.count(), 0, std::numeric_limits<int>::max());
  (void)curl_multi_poll(state_->multi.get(), nullptr, 0, static_cast<int>(most), nullptr);
  (void)curl_multi_perform(state_->multi.get(), &running);
  return state_->take_ended();
}

void Parallel::wake() { (void)curl_multi_wakeup(state_->multi.get()); }

std::size_t Parallel::under_way() const { return state_->entries.size(); }

}  // namespace countersign::http
