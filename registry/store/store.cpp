#include "registry/store/store.h"

namespace countersign::registry::store {

using base::Error;
using base::ErrorCode;

Error closed_error(ChallengeState state) {
  switch (state) {
    case ChallengeState::answered: return Error(ErrorCode::already_answered, "the challenge has its answer");
    case ChallengeState::replaced: return Error(ErrorCode::challenge_replaced, "a newer challenge took its place");
    case ChallengeState::withdrawn: return Error(ErrorCode::challenge_withdrawn, "the host no longer asks");
    case ChallengeState::expired: return Error(ErrorCode::challenge_expired, "its time is over");
    case ChallengeState::posted: break;
  }
  return Error(ErrorCode::internal, "the challenge is still posted");
}

}  // namespace countersign::registry::store
