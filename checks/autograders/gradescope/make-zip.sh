#!/usr/bin/env bash
# Makes the file that is uploaded to Gradescope as an autograder, from the commit that is checked out.
#
#     make-zip.sh OUT.zip [LESSONS…]
set -euo pipefail

out=$(realpath "$1")
shift
cd "$(dirname "$0")/../../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# All lessons are graded when none is named.
echo "$*" >"$folder/lessons.txt"
git archive --format=zip --output="$out" \
  --add-file=checks/autograders/gradescope/setup.sh \
  --add-file=checks/autograders/gradescope/run_autograder \
  --add-file="$folder/lessons.txt" \
  --prefix=course/ HEAD
