// pam/outcome.h: what a denial means to PAM and what it says to the person at the terminal.
//
// One table; a reason that is not in it is PAM_AUTH_ERR and a general sentence. Sentences never quote anything: what
// failed in detail is for the log.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"

namespace countersign::pam {

// PAM_MAXTRIES where a person said no, so that sshd does not ask again; PAM_AUTH_ERR for all others. Never PAM_SUCCESS
// and never PAM_IGNORE.
int pam_result(base::ErrorCode reason);

std::string_view user_sentence(base::ErrorCode reason);

// The line for the terminal: sentence, reason code, and the start of the challenge's id where there is one, by which
// the log line is found.
std::string user_text(base::ErrorCode reason, std::string_view challenge_id);

}  // namespace countersign::pam
