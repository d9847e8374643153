// cli/approve_plan.h: what the command line of `countersign approve` asks for, checked.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/origin.h"
#include "common/base/result.h"
#include "common/statement/values.h"

namespace countersign::cli {

struct ApprovePlan {
  base::Origin registry;
  base::UserName user;
  std::string key_file;
  std::string ca_file;
  std::optional<statement::LoginNumber> number = std::nullopt;
  std::optional<statement::Decision> refusal = std::nullopt;  // --deny or --report
  std::optional<base::ChallengeId> challenge = std::nullopt;
  std::optional<base::Seconds> wait = std::nullopt;
  std::optional<base::Seconds> trust = std::nullopt;
  bool yes = false;
  bool once = false;
};

// bad_usage for options that contradict each other or hold no number, bad_text for names outside their allow-list.
base::Result<ApprovePlan> read_approve_plan(const Options& options);

}  // namespace countersign::cli
