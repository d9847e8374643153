#include "registry/push/delivery.h"

#include <algorithm>

#include "common/statement/field_lines.h"

namespace countersign::registry::push {
namespace {

using base::ErrorCode;
using base::Milliseconds;

constexpr Milliseconds kFirstPause{1000};
constexpr Milliseconds kLongestBackOff{30'000};

Milliseconds back_off(unsigned tries) {
  constexpr unsigned kDoublings = 5;
  return std::min(kFirstPause * (1U << std::min(tries > 0 ? tries - 1 : 0U, kDoublings)), kLongestBackOff);
}

bool passes_by_itself(ErrorCode code) {
  return code == ErrorCode::registry_unreachable || code == ErrorCode::deadline_passed;
}

}  // namespace

Judgement judge(const base::Result<http::Response>& ended, unsigned tries) {
  if (!ended) {
    if (passes_by_itself(ended.error().code)) return {Verdict::again, back_off(tries)};
    return {Verdict::failed};
  }
  const int status = ended->status;
  if (status >= 200 && status < 300) return {Verdict::delivered};
  if (status == 404 || status == 410) return {Verdict::gone};
  if (status != 429 && status < 500) return {Verdict::failed};
  // Compared in seconds: what a service says may not fit in milliseconds.
  const base::Seconds asked = std::min(ended->retry_after.value_or(base::Seconds{0}), kLongestPause);
  return {Verdict::again, std::max<Milliseconds>(asked, back_off(tries))};
}

std::string notice_text(const store::Notice& notice) {
  const bool added = notice.what == store::Notice::What::approver_added;
  std::string text = statement::print_field_lines({{"notice", added ? "approver-added" : "approver-removed"},
                                                   {"user", notice.user.str()},
                                                   {"key", notice.fingerprint}});
  if (!notice.label.empty()) text.append(statement::print_field_lines({{"label", notice.label}}));
  return text + statement::print_field_lines({{"at", base::format_time(notice.at)}});
}

}  // namespace countersign::registry::push
