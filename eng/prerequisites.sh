#!/usr/bin/env bash
# Checks for what the tests need, installs what Debian's packages can bring, and else says exactly what to install.
set -uo pipefail

missing_tools=()    # cannot be installed from here
missing_packages=() # Debian packages

has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }

if ! has dotnet || ! dotnet --version >/dev/null 2>&1; then
  missing_tools+=(".NET SDK 10 (global.json names the version): https://dotnet.microsoft.com/download/dotnet/10.0")
fi

node_major="$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')"
if [ "${node_major:-0}" -lt 20 ]; then
  missing_tools+=("Node.js 20 or later (found: $(node --version 2>/dev/null || echo none)): https://nodejs.org")
fi
has npm || missing_tools+=("npm, which comes with Node.js: https://nodejs.org")

# Browser tests: Playwright drives the system's Chromium.
has chromium || missing_packages+=(chromium fonts-liberation)
# Native AOT: a C compiler and linker, and zlib's headers.
has cc || has clang || missing_packages+=(gcc libc6-dev)
[ -e /usr/include/zlib.h ] || missing_packages+=(zlib1g-dev)
# The chat behind a proxy with TLS.
has nginx || missing_packages+=(nginx-light)
has openssl || missing_packages+=(openssl)

if [ ${#missing_packages[@]} -gt 0 ]; then
  elevate=""
  [ "$(id -u)" = 0 ] || elevate="sudo -n"
  if ! has apt-get || { [ -n "$elevate" ] && ! sudo -n true 2>/dev/null; }; then
    missing_tools+=("these packages: sudo apt-get install ${missing_packages[*]}")
  else
    echo "== install ${missing_packages[*]}"
    log="$(mktemp)"
    # RUNLEVEL=1 keeps a package from starting its service; the lock keeps parallel runs out of apt's way.
    install() {
      $elevate apt-get update -q &&
        $elevate env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends \
          -o DPkg::Lock::Timeout=300 "${missing_packages[@]}"
    }
    if ! { has flock && exec 9>"${TMPDIR:-/tmp}/fanfare-apt-$(id -u).lock" && flock 9; install; } >"$log" 2>&1 9>&-; then
      tail -n 30 "$log"
      missing_tools+=("these packages (apt-get failed, see above): sudo apt-get install ${missing_packages[*]}")
    fi
    rm -f "$log"
  fi
fi

if [ ${#missing_tools[@]} -gt 0 ]; then
  echo "Please install:" >&2
  printf '  - %s\n' "${missing_tools[@]}" >&2
  exit 1
fi
