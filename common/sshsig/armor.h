// sshsig/armor.h: the text form of a signature, as `ssh-keygen -Y sign` writes it.
//
// Stricter than ssh-keygen: the header stands at the very start, lines end with LF, base64 is canonical and without
// blanks, and after the footer only white space may follow (PROTOCOL.md section 5.2). Statements allow even less:
// parse_armor_exact().
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::sshsig {

inline constexpr std::string_view armor_header = "-----BEGIN SSH SIGNATURE-----";
inline constexpr std::string_view armor_footer = "-----END SSH SIGNATURE-----";
inline constexpr std::size_t max_blob = 16384;

// Header, base64 in lines of 70, footer, each line ended by LF.
std::string print_armor(base::ByteView blob);

// The blob. bad_armor (the detail names the line), bad_base64 or too_large. Lines of base64 may have 1 to 76
// characters; white space after the footer is allowed.
base::Result<base::Bytes> parse_armor(std::string_view text);

// Like parse_armor, but only what print_armor prints, to the byte.
base::Result<base::Bytes> parse_armor_exact(std::string_view text);

// For text that a person pasted: forgives CR, blanks around and inside lines, and lines broken or joined anew, then
// asks parse_armor. Gives the armor as print_armor would have printed it. Never for statements.
base::Result<std::string> normalize_pasted_armor(std::string_view text);

}  // namespace countersign::sshsig
