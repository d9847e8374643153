// pam/libpam_port.h: the Port of a real PAM handle. The handle is borrowed for one pam_sm_ call and never kept.
#pragma once

#include <security/pam_modules.h>

#include <optional>
#include <string>
#include <string_view>

#include "pam/port.h"

namespace countersign::pam {

class LibpamPort final : public Port {
 public:
  LibpamPort(pam_handle_t* handle, bool silent) : handle_(handle), silent_(silent) {}

  std::optional<std::string> user() override;
  std::optional<std::string> service() override;
  std::optional<std::string> remote_host() override;
  std::optional<std::string> terminal() override;
  std::optional<std::string> environment(std::string_view name) override;
  base::Result<base::SecretBytes> ask(std::string_view text) override;
  void tell(std::string_view text) override;
  base::Result<void> mark_admitted() override;
  void unmark() override;
  bool marked_admitted() override;

 private:
  std::optional<std::string> item(int type);

  pam_handle_t* handle_;
  bool silent_;  // PAM_SILENT: no messages; a prompt is no message
};

}  // namespace countersign::pam
