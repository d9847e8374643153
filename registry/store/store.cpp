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

std::string_view to_string(PairingState state) {
  switch (state) {
    case PairingState::open: return "open";
    case PairingState::enrolled: return "enrolled";
    case PairingState::waiting: return "waiting";
    case PairingState::added: return "added";
    case PairingState::refused: return "refused";
    case PairingState::expired: return "expired";
  }
  return "expired";
}

bool is_final(PairingState state) {
  switch (state) {
    case PairingState::open:
    case PairingState::enrolled:
    case PairingState::waiting: return false;
    case PairingState::added:
    case PairingState::refused:
    case PairingState::expired: return true;
  }
  return true;
}

Error pairing_error(PairingState state) {
  const std::string what = "the pairing is " + std::string(to_string(state));
  return Error(is_final(state) ? ErrorCode::pairing_ended : ErrorCode::already_answered, what);
}

}  // namespace countersign::registry::store
