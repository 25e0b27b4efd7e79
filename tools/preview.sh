#!/usr/bin/env bash
# The whole preview job for one environment: access diff, checks, preview with the policy pack, one Markdown comment.
#   tools/preview.sh STACK BASE COMMENT
# Exit code: 0; 1 where a check or the preview refuses. The comment is written in any case.
set -euo pipefail
stack=$1 base=$2 comment=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

levels="$here/../policy/levels/$stack.json"
[ -f "$levels" ] || levels="$here/../policy/levels/prod.json"

eks-access diff "$base..HEAD" --stack "$stack" --format md --exit-zero >"$work/access.md" 2>"$work/access.err" || {
  failed=1
  cat "$work/access.err" >&2
  echo 'The access diff could not be computed; the log of this job says why.' >"$work/access.md"
}
eks-access check "$stack" --format md >"$work/check.md" 2>"$work/check.err" || {
  failed=1
  cat "$work/check.md" "$work/check.err" >&2
}
grep -q 'EA[0-9]' "$work/check.md" || : >"$work/check.md"
preview=(pulumi preview --stack "$stack" --non-interactive --policy-pack "$here/../policy" --policy-pack-config "$levels")
if ! "${preview[@]}" --json >"$work/preview.json" 2>"$work/preview.err"; then
  failed=1
  cat "$work/preview.err" >&2
  # once more in words, for the log: JSON leaves out what the policies said
  "${preview[@]}" >&2 || true
  if grep -q 'no stack named' "$work/preview.err"; then
    echo 'This stack was never deployed: the first deployment makes it, and from then on there are previews.' >"$work/preview.json"
  fi
  [ -s "$work/preview.json" ] || echo 'The preview failed; the log of this job says why.' >"$work/preview.json"
fi
python "$here/preview_comment.py" "$stack" --preview "$work/preview.json" --access "$work/access.md" \
  --check "$work/check.md" >"$comment"
exit "$failed"
