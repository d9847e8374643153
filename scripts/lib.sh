# Functions that scripts/* and .ci/run share. Source it; it changes nothing by itself.

root_of_checkout() { (cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P); }

# Colours only on a terminal, and never where NO_COLOR is set (https://no-color.org).
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' dim='' green='' red='' plain=''
fi

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
fail() { warn "$(basename "$0"): $*"; exit 1; }

# retry TIMES COMMAND…: again after 2, 4, 8… seconds; mirrors have bad moments.
retry() {
  local times=$1 pause=2 try
  shift
  for ((try = 1; ; try++)); do
    "$@" && return 0
    ((try < times)) || return 1
    warn "failed, again in ${pause}s: $*"
    sleep "$pause"
    pause=$((pause * 2))
  done
}

# configure PRESET [CMAKE-OPTION…]: with ccache where it is installed.
configure() {
  local preset=$1 launcher=()
  shift
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  cmake --preset "$preset" "${launcher[@]}" "$@"
}
