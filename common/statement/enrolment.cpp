#include "common/statement/enrolment.h"

#include "common/keys/public_key_line.h"
#include "common/statement/field_reader.h"

namespace countersign::statement {

base::Result<EnrolmentFields> EnrolmentFields::read(const Statement& statement) {
  FieldReader reader(statement);
  EnrolmentFields enrolment{
      .registry = reader.take<base::Origin>("registry"),
      .user = reader.take<base::UserName>("user"),
      .pairing = reader.take<Hash32>("pairing"),
      .key = reader.take<crypto::PublicKey>("key"),
      .level = reader.take<Level>("level"),
      .issued = reader.take<base::Time>("issued"),
  };
  if (!fits_level(enrolment.level, enrolment.key)) {
    return fault_in(statement, "level", "a key of this type cannot have it");
  }
  return enrolment;
}

std::string EnrolmentFields::print_unsigned() const {
  return Writer(kind)
      .field("registry", registry.str())
      .field("user", user.str())
      .field("pairing", pairing.str())
      .field("key", keys::print_public_key(key))
      .field("level", to_string(level))
      .field("issued", base::format_time(issued))
      .take();
}

base::Result<HostFields> HostFields::read(const Statement& statement) {
  FieldReader reader(statement);
  HostFields host{
      .host = reader.take<base::HostName>("host"),
      .groups = reader.take<std::vector<base::GroupName>>("groups"),
      .token = reader.take<Hash32>("token"),
      .issued = reader.take<base::Time>("issued"),
      .expires = reader.take<base::Time>("expires"),
  };
  if (auto fits = check_life(statement, host.issued, host.expires, std::nullopt); !fits) return fits.error();
  return host;
}

std::string HostFields::print_unsigned() const {
  std::string list;
  for (const base::GroupName& group : groups) list.append(list.empty() ? "" : " ").append(group.str());
  return Writer(kind)
      .field("host", host.str())
      .field("groups", groups.empty() ? "none" : list)
      .field("token", token.str())
      .field("issued", base::format_time(issued))
      .field("expires", base::format_time(expires))
      .take();
}

}  // namespace countersign::statement
