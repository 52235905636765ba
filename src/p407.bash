# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Completion of p407 for bash; see bash-completion.

# Rules come from the program, with the --rules that are on the line.
_p407_rules() {
	local i
	local -a more=()

	for ((i = 1; i < COMP_CWORD - 1; i++)); do
		[[ ${COMP_WORDS[i]} == --rules ]] &&
			more+=(--rules "${COMP_WORDS[i + 1]}")
	done
	"${COMP_WORDS[0]}" "${more[@]}" --list-rules 2>/dev/null |
		grep -o '^  [a-z0-9][a-z0-9-]*'
}

_p407() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words=

	# "--color=al" comes as three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	COMPREPLY=()
	case $prev in
	-o | --output)
		words='text json html markdown pcapng'
		;;
	--color)
		words='auto always never'
		;;
	--redact)
		words='secrets identities'
		;;
	--explain)
		words=$(_p407_rules)
		;;
	-i | --interface)
		words=$("${COMP_WORDS[0]}" -D 2>/dev/null |
			sed 's/^[0-9]*\. //; s/ .*//')
		;;
	-w | --evidence-ring)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	-a | --autostop)
		words='duration:'
		;;
	-Z | --relinquish-privileges)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	-C | --file-size | -W | --file-count | \
		-s | --snapshot-length | -B | --buffer-size | -c | --count | \
		-f | --filter | -j | --threads | --since | --until | \
		--listen | --client | --proxy | --user | --evidence-limit | --memory | \
		--proxy-log-format)
		return
		;;
	-r | --read | --config | --rules | --redact-map | --metrics | --state | --ticket | \
		--verify | --keytab | --from-events | --compare | \
		--proxy-log)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	*)
		if [[ $cur == -* ]]; then
			words='-r --read -i --interface -D --list-interfaces
				-a --autostop -s --snapshot-length -B
				--buffer-size -p --no-promiscuous-mode
				-Z --relinquish-privileges --metrics --listen
				-w --evidence-ring -C --file-size -W --file-count
				--state -f --filter -c --count -j --threads
				-o --output --since --until --client --proxy
				--user --rules --no-default-rules
				--config --check-config
				--check-rules --list-rules --list-facts
				--explain --redact --redact-map --ticket
				--evidence-limit --memory --exit-code --inventory
				--applications
				--proxy-log --proxy-log-format --verify
				--keytab --from-events --compare -n --numeric
				-q --quiet -v --verbose --color -V --version
				-h --help'
		else
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _p407 p407
