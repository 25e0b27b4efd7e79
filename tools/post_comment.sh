#!/usr/bin/env bash
# Post a comment under a pull request, or update the one whose first line is the same marker.
#   tools/post_comment.sh OWNER/REPOSITORY NUMBER FILE      (needs `gh` and GH_TOKEN)
set -euo pipefail
repository=$1 number=$2 file=$3
marker=$(head -n 1 "$file")
case $marker in
"<!-- eks-access preview: "*" -->") ;;
*)
  echo "$file does not begin with the marker of a preview" >&2
  exit 2
  ;;
esac
# only the workflow's own comments: somebody else's with the same first line can't be updated
id=$(MARKER=$marker gh api --paginate "repos/$repository/issues/$number/comments" --jq \
  '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.MARKER))) | .id' | sed -n 1p)
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$repository/issues/comments/$id" --field "body=@$file" >/dev/null
else
  gh api --method POST "repos/$repository/issues/$number/comments" --field "body=@$file" >/dev/null
fi
