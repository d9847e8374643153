// pam/decide.h: the decision on one login, in the phase where a prompt is possible or in the one where none is.
#pragma once

#include "pam/audit.h"
#include "pam/login.h"

namespace countersign::pam {

enum class Prompt { possible, impossible };

// A PAM code, with one log line, and a sentence for the person where it is a denial.
int decide_login(const Surroundings& around, Audit& audit, Prompt prompt);

}  // namespace countersign::pam
