#include "cli/approve_plan.h"

#include <charconv>

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;
using statement::Decision;

constexpr base::Seconds kScriptWait{30};

}  // namespace

base::Result<ApprovePlan> read_approve_plan(const Options& options) {
  const auto registry = base::Origin::parse(options.required("registry"));
  if (!registry) return registry.error().within("--registry");
  const auto user = base::UserName::parse(options.required("user"));
  if (!user) return user.error().within("--user");
  ApprovePlan plan{
      .registry = *registry, .user = *user, .key_file = options.required("key"), .ca_file = options.value_or("ca", "")};
  plan.yes = options.has("yes");
  plan.once = options.has("once") || plan.yes;
  if (options.has("deny") + options.has("report") + options.has("number") > 1) {
    return Error(ErrorCode::bad_usage, "--number, --deny and --report exclude each other");
  }
  if (options.has("deny")) plan.refusal = Decision::deny;
  if (options.has("report")) plan.refusal = Decision::report;
  if (options.has("number")) {
    const auto number = statement::LoginNumber::parse(options.required("number"));
    if (!number) return Error(ErrorCode::bad_usage, "--number: expected two digits, 10 to 99");
    plan.number = *number;
  }
  if (options.has("challenge")) {
    const auto id = base::ChallengeId::parse(options.required("challenge"));
    if (!id) return id.error().within("--challenge");
    plan.challenge = *id;
  }
  if (options.has("trust")) {
    const auto trust = base::parse_duration(options.required("trust"));
    if (!trust || *trust < base::Seconds(1) || *trust % base::Seconds(1) != base::Milliseconds(0)) {
      return Error(ErrorCode::bad_usage, "--trust: expected a duration in whole seconds, 8h for instance");
    }
    if (plan.refusal) return Error(ErrorCode::bad_usage, "--trust goes with an approval");
    plan.trust = std::chrono::duration_cast<base::Seconds>(*trust);
  }
  if (plan.yes) plan.wait = kScriptWait;
  if (options.has("wait")) {
    const std::string text = options.required("wait");
    unsigned seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || seconds > 86400) {
      return Error(ErrorCode::bad_usage, "--wait: expected whole seconds, 0 to 86400");
    }
    plan.wait = base::Seconds(seconds);
  }
  return plan;
}

}  // namespace countersign::cli
