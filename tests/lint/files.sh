# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# files.sh - which files the project has; sourced by the other scripts here
#
# What git tracks or would track; in a release there is no git, and all
# that lies there counts.

# project_files: one a line, from the root.
# shellcheck disable=SC2154 # root is set by the script that sources this
project_files() {
	(
		cd "$root" || exit 1
		if [ -e .git ] && command -v git >/dev/null &&
		    git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
			git ls-files --cached --others --exclude-standard |
			    while IFS= read -r file; do
				    [ ! -f "$file" ] || printf '%s\n' "$file"
			    done
		else
			find . -name .git -prune -o -name autom4te.cache \
			    -prune -o -type d \
			    \( -name 'build*' -o -name '_*' \) -prune -o \
			    -name __pycache__ -prune -o -name configure -o \
			    -name Makefile.in -o -name aclocal.m4 -o \
			    -type f -print | sed 's|^\./||'
		fi | LC_ALL=C sort
	)
}
