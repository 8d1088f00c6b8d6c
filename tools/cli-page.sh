#!/usr/bin/env bash
# cli-page.sh - puts what the program says of its commands into
# docs/reference/cli.md: the first fenced block of the page and of each section
# `## sallyport COMMAND`; a command without a section gets one, before the
# section `## PROGRAM`. The rest of the page is left as it is.
#   tools/cli-page.sh [SALLYPORT]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${1:-$here/build/dev/sallyport}
page=$here/docs/reference/cli.md

for command in $("$program" --help |
    sed -n '/^Commands/,/^$/s/^  \([a-z]*\)  .*/\1/p'); do
    grep -q "^## sallyport $command\$" "$page" ||
        sed -i "s/^## PROGRAM\$/## sallyport $command\n\n\`\`\`\n\`\`\`\n\n&/" "$page"
done

awk -v program="$program" '
function help(words,    line) {
    while ((words | getline line) > 0)
        print line
    close(words)
}
BEGIN { due = program " --help" }
/^## / { due = "" }
/^## sallyport / { due = program " " $3 " --help" }
/^```/ && inside { inside = 0; skip = 0 }
skip { next }
{ print }
/^```$/ && due != "" { help(due); due = ""; inside = 1; skip = 1 }
' "$page" > "$page.new"
mv "$page.new" "$page"
