#!/usr/bin/env bash
# Builds twice from nothing and compares every jar of ours, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."

sums() {
    ./mvnw -B -ntp -q clean package -DskipTests
    find . -path '*/target/*-1.0.0.jar' -not -path './launcher/target/*/*' -print0 | sort -z | xargs -0 sha256sum
}

first=$(sums)
second=$(sums)
if diff <(echo "$first") <(echo "$second"); then
    echo "$(echo "$first" | wc -l) jars, the same twice"
else
    echo "the jars above differ from build to build" >&2
    exit 1
fi
