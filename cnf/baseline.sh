#!/usr/bin/env bash
# Makes what is built now the baseline of api.* and lib.*: a file repository in cnf/baseline, and its version in pom.xml.
# See README.md beside this file for when to run it.
set -euo pipefail
cd "$(dirname "$0")/.."

modules=()
for pom in api.*/pom.xml lib.*/pom.xml; do
    modules+=("$(dirname "$pom")")
done

./mvnw -B -ntp -q package -DskipTests -am -pl "$(IFS=,; echo "${modules[*]}")"

version=$(sed -n 's|^    <version>\(.*\)</version>$|\1|p' pom.xml | head -n 1)
jars=()
for module in "${modules[@]}"; do
    jars+=("$module/target/$module-$version.jar")
done
# The content is in the name: Maven never looks twice for a release that it has once fetched.
address=$version-$(cat "${jars[@]}" | sha1sum | cut -c1-12)

rm -rf cnf/baseline
for module in "${modules[@]}"; do
    folder=cnf/baseline/io/trapline/baseline/$module/$address
    file=$module-$address
    mkdir -p "$folder"
    cp "$module/target/$module-$version.jar" "$folder/$file.jar"
    cat > "$folder/$file.pom" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
    <modelVersion>4.0.0</modelVersion>
    <groupId>io.trapline.baseline</groupId>
    <artifactId>$module</artifactId>
    <version>$address</version>
</project>
XML
    for kind in jar pom; do
        printf '%s' "$(sha1sum < "$folder/$file.$kind" | cut -d' ' -f1)" > "$folder/$file.$kind.sha1"
    done
done

sed -i -e "s|<trapline.baseline>.*</trapline.baseline>|<trapline.baseline>$address</trapline.baseline>|" \
    -e "s|<trapline.baseline.required>.*</trapline.baseline.required>|<trapline.baseline.required>true</trapline.baseline.required>|" pom.xml

echo "baseline is now $address: ${modules[*]}"
echo "commit cnf/baseline and pom.xml together"
