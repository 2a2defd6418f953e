#!/usr/bin/env bash
# Lays a submission out as the course is, for graders that hand over whatever a learner uploaded.
#
#     arrange.sh SUBMISSION TARGET
#
# Copies the learner's file of every lesson to TARGET/lessons/02-activations/activations.ts. In SUBMISSION it
# may be at that path, in 02-activations/ or at the top; the first that is there counts. Only regular files
# are copied, and none that is reached through a link: it would be somebody else's.
set -euo pipefail

course=$(cd "$(dirname "$0")/../.." && pwd)
submission=$(realpath "$1")
target=$2

mkdir -p "$target/lessons"
for folder in "$course"/lessons/[0-9][0-9]-*/; do
  name=$(basename "$folder")
  file=${name#*-}.ts
  for path in "lessons/$name/$file" "$name/$file" "$file"; do
    found=$submission/$path
    if [ -f "$found" ] && [ "$(realpath "$found")" = "$found" ]; then
      mkdir -p "$target/lessons/$name"
      cp "$found" "$target/lessons/$name/$file"
      break
    fi
  done
done
