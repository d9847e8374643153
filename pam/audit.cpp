#include "pam/audit.h"

#include "common/log/event.h"

namespace countersign::pam {
namespace {

log::Event& with_login(log::Event& event, const Audit& audit, Audit::Phase phase) {
  event.with("phase", std::string_view(phase == Audit::Phase::auth ? "auth" : "session"));
  const auto add = [&event](log::Key key, const std::string& value) {
    if (!value.empty()) event.with(key, value);
  };
  add("user", audit.user);
  add("host", audit.host);
  add("service", audit.service);
  add("address", audit.address);
  add("login_key", audit.login_key);
  add("challenge", audit.challenge);
  add("rule", audit.rule);
  return event;
}

}  // namespace

void Audit::denied(const base::Error& error) const {
  log::Event event("login_denied");
  with_login(event, *this, phase_).with(error).write_to(sink_, log::Level::notice);
}

void Audit::admitted(log::Event event, const policy::Approval& approval, std::uint64_t serial) const {
  with_login(event, *this, phase_)
      .with("approver", approval.approver().str())
      .with("level", statement::to_string(approval.level()))
      .with("record", serial);
  if (const statement::Trust* trust = approval.trust()) {
    event.with("trust", trust->id().str()).with("until", base::format_time((*trust)->until));
  }
  event.write_to(sink_, log::Level::notice);
}

void Audit::approved(const policy::Approval& approval, std::uint64_t serial) const {
  admitted(log::Event("login_approved"), approval, serial);
}

void Audit::trusted(const policy::Approval& approval, std::uint64_t serial) const {
  admitted(log::Event("login_trusted"), approval, serial);
}

void Audit::allowed(const policy::Exemption& exemption, std::optional<base::ErrorCode> missing) const {
  log::Event event("login_allowed");
  with_login(event, *this, phase_);
  if (exemption.would()) event.with("would", to_string(*exemption.would()));
  if (exemption.would() && missing) event.with("missing", *missing);
  event.write_to(sink_, log::Level::notice);
}

void Audit::warn(const base::Error& error) const {
  log::Event event("login_warning");
  with_login(event, *this, phase_).with(error).write_to(sink_, log::Level::warning);
}

}  // namespace countersign::pam
