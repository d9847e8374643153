#include "pam/libpam_port.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#include <memory>

#include "common/base/handle.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;

constexpr const char* kAdmittedMark = "countersign.admitted";
// The mark's value: only that it is there counts, and it belongs to nobody.
constexpr char kMark = 'y';

void wipe_and_free(char* text) noexcept {
  ::explicit_bzero(text, ::strlen(text));
  ::free(text);  // NOLINT: libpam hands out malloc'ed text
}
using ResponsePtr = std::unique_ptr<char, base::Deleter<wipe_and_free>>;

}  // namespace

std::optional<std::string> LibpamPort::item(int type) {
  const void* value = nullptr;
  if (::pam_get_item(handle_, type, &value) != PAM_SUCCESS || value == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(value));
}

std::optional<std::string> LibpamPort::user() {
  // pam_get_user, not the item: a service such as login has not asked for the name yet.
  const char* name = nullptr;
  if (::pam_get_user(handle_, &name, nullptr) != PAM_SUCCESS || name == nullptr) return std::nullopt;
  return std::string(name);
}

std::optional<std::string> LibpamPort::service() { return item(PAM_SERVICE); }

std::optional<std::string> LibpamPort::remote_host() { return item(PAM_RHOST); }

std::optional<std::string> LibpamPort::terminal() { return item(PAM_TTY); }

std::optional<std::string> LibpamPort::environment(std::string_view name) {
  const char* value = ::pam_getenv(handle_, std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

Result<base::SecretBytes> LibpamPort::ask(std::string_view text) {
  char* typed = nullptr;
  const int result = ::pam_prompt(handle_, PAM_PROMPT_ECHO_ON, &typed, "%s", std::string(text).c_str());
  const ResponsePtr response(typed);
  if (result != PAM_SUCCESS) {
    return {ErrorCode::prompt_failed, std::string("the conversation failed: ") + ::pam_strerror(handle_, result)};
  }
  if (!response) return {ErrorCode::prompt_failed, "the conversation gave no answer"};
  const auto line = base::as_bytes(response.get());
  return base::SecretBytes(line.begin(), line.end());
}

void LibpamPort::tell(std::string_view text) {
  if (!silent_) (void)::pam_info(handle_, "%s", std::string(text).c_str());
}

Result<void> LibpamPort::mark_admitted() {
  if (::pam_set_data(handle_, kAdmittedMark, const_cast<char*>(&kMark), nullptr) != PAM_SUCCESS) {
    return {ErrorCode::internal, "pam_set_data failed"};
  }
  return {};
}

// libpam knows no removal; marked_admitted() takes only kMark for a mark.
void LibpamPort::unmark() {
  if (marked_admitted()) (void)::pam_set_data(handle_, kAdmittedMark, nullptr, nullptr);
}

bool LibpamPort::marked_admitted() {
  const void* mark = nullptr;
  return ::pam_get_data(handle_, kAdmittedMark, &mark) == PAM_SUCCESS && mark == &kMark;
}

}  // namespace countersign::pam
