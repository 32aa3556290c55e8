# What tools/setup, tools/python and .ci/run share; sourced by bash.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${GOLDTAPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/goldtape}
PYTHON_OLDEST=3.11

say() { printf '%s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Prints the first Python that is new enough and has venv and pip: $PYTHON, the one on PATH, the system's.
find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] || continue
    if "$candidate" - "$PYTHON_OLDEST" 2>/dev/null <<'CHECK'; then
import sys
import ensurepip, pip, venv
sys.exit(sys.version_info[:2] < tuple(map(int, sys.argv[1].split("."))))
CHECK
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

# venv_path PYTHON REQUIREMENTS: the folder of the virtual environment for this Python and requirements file.
venv_path() {
  local key
  key=$({ "$1" -c 'import sys; print(sys.version, sys.prefix)'; cat "$ROOT/$2"; } | sha256sum)
  printf '%s/venv/%s\n' "$CACHE" "${key:0:12}"
}
